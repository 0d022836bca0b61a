import type { Finding } from "./rule.ts";

/** Renders a finding as a GitHub annotation (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). */
export function renderAnnotation({ path, line, level, rule, message, why, remedy }: Finding): string {
    const properties = Object.entries({ file: path, line: String(line), title: rule }).map(
        ([key, value]) => `${key}=${escapeText(value).replaceAll(":", "%3A").replaceAll(",", "%2C")}`,
    );
    return `::${level} ${properties.join(",")}::${escapeText(`${message}\n${why}\nRemedy: ${remedy}`)}`;
}

function escapeText(text: string): string {
    return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
