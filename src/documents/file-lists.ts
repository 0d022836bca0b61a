import { posix } from "node:path";
import { code, renderMarkdownTable } from "./parts.ts";

interface ListedCheck {
    readonly name: string;
    readonly path: string;
    readonly level: string;
    readonly title: string;
    readonly why: string;
}

/** Renders the checks as a table, in the order of `levels`; `page` is the page that holds it. */
export function renderChecks(page: string, checks: readonly ListedCheck[], levels: readonly string[]): string {
    const sorted = levels.flatMap((level) => checks.filter((check) => check.level === level));
    return renderMarkdownTable(
        ["check", "level", "what it finds", "why that is bad"],
        sorted.map(({ name, path, level, title, why }) => [
            `[${code(name)}](${posix.relative(posix.dirname(page), path)})`,
            level,
            title,
            why,
        ]),
    );
}

interface ListedLintRule {
    readonly id: string;
    readonly group: string;
    readonly level: string;
    readonly refused?: boolean;
    readonly summary: string;
    readonly why: string;
    readonly remedy: string;
}

/** Renders the rules of the lint as a table. */
export function renderLintRules(rules: readonly ListedLintRule[]): string {
    return renderMarkdownTable(
        ["rule", "group", "level", "what it finds", "why", "what to do"],
        rules.map(({ id, group, level, refused, summary, why, remedy }) => [
            ...[code(id), group, refused ? "refused" : level],
            ...[summary, why, remedy].map(escapeAngles),
        ]),
    );
}

interface ListedMaintenanceRule {
    readonly name: string;
    readonly title: string;
    readonly after: string;
    readonly leaves: { readonly reason: string } | undefined;
}

/** Renders the rules of maintenance as a table. */
export function renderMaintenanceRules(rules: readonly ListedMaintenanceRule[]): string {
    return renderMarkdownTable(
        ["rule", "what it does", "after", "left alone"],
        rules.map(({ name, title, after, leaves }) => [code(name), title, after, leaves?.reason ?? ""]),
    );
}

// Between backticks, < and > need no escape.
function escapeAngles(text: string): string {
    return text
        .split("`")
        .map((part, at, parts) =>
            at % 2 === 1 && at < parts.length - 1 ? part : part.replace(/</g, "&lt;").replace(/>/g, "&gt;"),
        )
        .join("`");
}
