import { AppError } from "../errors.ts";

/** Lists the names of the generated parts of a page, in order. */
export function listParts(text: string): string[] {
    return findMarkers(text).flatMap(({ name, isEnd }) => (isEnd ? [] : [name]));
}

/**
 * Fills the generated parts of a page, each between `<!-- name -->` and `<!-- /name -->` on lines of their own. Markers in a
 * code block are text.
 *
 * @param find the text of a part
 * @throws AppError `invalid-input` for a part without a beginning or an end, or that nothing renders
 */
export function fillParts(path: string, text: string, find: (name: string) => string | undefined): string {
    const markers = findMarkers(text);
    let [filled, end] = ["", 0];
    for (let at = 0; at < markers.length; at += 2) {
        const [open, close] = [markers[at], markers[at + 1]];
        if (!open) break;
        const { name, line } = open;
        const part = open.isEnd ? undefined : find(name);
        if (open.isEnd) refuse(path, line, name, "has no beginning", `put \`<!-- ${name} -->\` on a line before it`);
        if (!close?.isEnd || close.name !== name) {
            refuse(path, line, name, "has no end", `put \`<!-- /${name} -->\` on a line after it`);
        }
        if (part === undefined) refuse(path, line, name, "is unknown", "correct its name, or remove its two lines");
        filled += `${text.slice(end, open.to)}${part.trimEnd()}\n`;
        end = close.from;
    }
    return filled + text.slice(end);
}

interface Marker {
    readonly name: string;
    readonly isEnd: boolean;
    readonly line: number;
    /** Offsets of its line, the line break included. */
    readonly from: number;
    readonly to: number;
}

function findMarkers(text: string): Marker[] {
    const markers: Marker[] = [];
    let offset = 0;
    let fence: string | undefined;
    for (const [at, line] of text.split("\n").entries()) {
        const [from, to] = [offset, offset + line.length + 1];
        offset = to;
        const sign = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
        if (fence !== undefined) {
            if (sign?.startsWith(fence) && line.trim() === sign) fence = undefined;
            continue;
        }
        fence = sign;
        const [, slash, name] = /^<!-- (\/?)(\w[\w -]*) -->$/.exec(line) ?? [];
        if (name !== undefined) markers.push({ name, isEnd: slash === "/", line: at + 1, from, to });
    }
    return markers;
}

function refuse(path: string, line: number, name: string, what: string, hint: string): never {
    throw new AppError("invalid-input", `${path}:${line}: the part '${name}' ${what}`, {
        hint,
        outcome: "Nothing was written.",
    });
}

/** Renders a table in Markdown. */
export function renderMarkdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string =>
        `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

/** Renders a literal of listAllowedValues() as SQL writes it. */
export function quoteValue(literal: string): string {
    return code(literal.replace(/^"(.*)"$/, "'$1'"));
}

/** Renders text as code in Markdown. */
export function code(text: string): string {
    return text === "" ? "" : text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
