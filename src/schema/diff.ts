// The whole library takes five times as long to load.
import { diffArrays } from "diff/lib/diff/array.js";
import { isColumnDefinition, readTableDefinition } from "../sql/create-table.ts";
import { isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { describeTokens, type ObjectDifference } from "./compare.ts";

/** A line of a difference: `-` is only in the files, `+` only in the database, a blank in both. */
interface DiffLine {
    readonly sign: "-" | "+" | " ";
    readonly text: string;
}

interface Line {
    readonly text: string;
    /** Equal for lines that mean the same. */
    readonly key: string;
    /** Equal for lines about the same column or named constraint. */
    readonly name: string;
}

const contextLines = 2;

/**
 * Renders the lines in which an object of the database differs from the files. A line of a table is a column, constraint
 * or option; an index is one line; a view or trigger has the lines of its text.
 */
export function renderDiff({ type, live, expected }: ObjectDifference): DiffLine[] {
    if (live === undefined && (type === "view" || type === "trigger")) {
        // The text is in its file.
        return [{ sign: "-", text: `${expected?.split("\n")[0]?.trimEnd()} …` }];
    }
    const [files, database] = [expected, live].map((sql) => (sql === undefined ? [] : readLines(type, sql)));
    const lines = compareLines(files ?? [], database ?? []);
    // The difference is outside all definitions, such as another kind of table.
    const isShown = lines.some(({ sign }) => sign !== " ");
    const all = isShown ? lines : compareLines(splitLines(expected ?? ""), splitLines(live ?? ""));
    return type === "table" ? all.filter(({ sign }) => sign !== " ") : cutContext(all);
}

function readLines(type: ObjectDifference["type"], sql: string): Line[] {
    if (type === "index") return [renderFlat(tokenize(sql))];
    return type === "table" ? readDefinitions(sql) : splitLines(sql);
}

function readDefinitions(sql: string): Line[] {
    const { definitions, options } = readTableDefinition(sql);
    const parts = [...definitions.map(({ tokens }) => tokens), ...(definitions.length === 0 ? [] : options)];
    return parts.map(renderFlat).filter(({ text }) => text !== "");
}

function renderFlat(tokens: readonly Token[]): Line {
    const significant = tokens.filter(isSignificant);
    let text = "";
    significant.forEach((token, at) => {
        const before = significant[at - 1];
        const touches = before !== undefined && before.offset + before.text.length === token.offset;
        const isTight =
            before === undefined ||
            [",", ")", "."].includes(token.text) ||
            ["(", "."].includes(before.text) ||
            (token.text === "(" && touches);
        text += isTight ? token.text : ` ${token.text}`;
    });
    const words = significant.map((token) => (token.kind === "name" ? readName(token) : token.text));
    const key = describeTokens(significant, 1);
    const isConstraint = !isColumnDefinition(significant);
    const subject = isConstraint ? words[/^constraint$/i.test(words[0] ?? "") ? 1 : -1] : words[0];
    return { text, key, name: subject === undefined ? key : `${isConstraint} ${subject.toLowerCase()}` };
}

// Indentation does not count.
function splitLines(sql: string): Line[] {
    return sql.split("\n").map((text) => ({ text: text.trimEnd(), key: text.trim(), name: text.trim() }));
}

function compareLines(files: readonly Line[], database: readonly Line[]): DiffLine[] {
    const comparator = (left: Line, right: Line): boolean => left.name === right.name;
    let [at, other] = [0, 0];
    return diffArrays([...files], [...database], { comparator }).flatMap(({ added, removed, value }) =>
        value.flatMap((): DiffLine[] => {
            const left = added ? undefined : files[at++];
            const right = removed ? undefined : database[other++];
            if (left && right && left.key === right.key) return [{ sign: " ", text: right.text }];
            return [
                ...(left ? [{ sign: "-" as const, text: left.text }] : []),
                ...(right ? [{ sign: "+" as const, text: right.text }] : []),
            ];
        }),
    );
}

function cutContext(lines: readonly DiffLine[]): DiffLine[] {
    const isNear = (at: number): boolean =>
        lines.slice(Math.max(0, at - contextLines), at + contextLines + 1).some(({ sign }) => sign !== " ");
    return lines.flatMap((line, at): DiffLine[] => {
        if (isNear(at)) return [line];
        return at > 0 && isNear(at - 1) && lines.slice(at).some(({ sign }) => sign !== " ")
            ? [{ sign: " ", text: "…" }]
            : [];
    });
}
