import type { Finding, Rule } from "./rule.ts";

/** Renders the rules as a table in Markdown, for docs/lint.md. */
export function renderRuleTable(rules: readonly Rule[]): string {
    // Between backticks, < and > need no escape.
    const plain = (text: string): string => text.replace(/</g, "&lt;").replace(/>/g, "&gt;");
    const cell = (text: string): string =>
        text
            .replaceAll("|", "\\|")
            .split("`")
            .map((part, at, parts) => (at % 2 === 1 && at < parts.length - 1 ? part : plain(part)))
            .join("`");
    const rows = rules.map(({ id, group, level, refused, summary, why, remedy }) =>
        [`\`${id}\``, group, refused ? "refused" : level, cell(summary), cell(why), cell(remedy)].join(" | "),
    );
    return [
        "| rule | group | level | what it finds | why | what to do |",
        "|---|---|---|---|---|---|",
        ...rows.map((row) => `| ${row} |`),
    ].join("\n");
}

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
