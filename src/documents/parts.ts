import { AppError } from "../errors.ts";

const opening = /^<!-- ([\w -]+) -->$/gm;

/** Lists the names of the generated parts of a page, in order. */
export function listParts(text: string): string[] {
    return [...text.matchAll(opening)].map(([, name = ""]) => name);
}

/**
 * Fills the generated parts of a page, each between `<!-- name -->` and `<!-- /name -->` on lines of their own.
 *
 * @param find the text of a part
 * @throws AppError `invalid-input` for a part without an end, or that nothing renders
 */
export function fillParts(path: string, text: string, find: (name: string) => string | undefined): string {
    let filled = text;
    for (const name of listParts(text)) {
        const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
        const from = filled.indexOf(`${open}\n`);
        const to = filled.indexOf(close, from);
        const part = find(name);
        if (to === -1 || part === undefined) {
            throw new AppError(
                "invalid-input",
                `${path}: the part '${name}' ${to === -1 ? "has no end" : "is unknown"}`,
                {
                    hint:
                        to === -1 ? `put \`${close}\` on a line after it` : "correct its name, or remove its two lines",
                    outcome: "Nothing was written.",
                },
            );
        }
        filled = `${filled.slice(0, from)}${open}\n${part.trimEnd()}\n${filled.slice(to)}`;
    }
    return filled;
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
