import { AppError } from "../errors.ts";
import { requireQuery, requireValues } from "../sql/documented/demands.ts";
import { numberedNames, readSqlFolder, type SqlFile, type SqlFolder } from "../sql/documented/folder.ts";
import { listLinesAbove, readHeader, requireHeader } from "../sql/documented/header.ts";
import type { Refuse } from "../sql/documented/problems.ts";
import { isKeyword } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";

/** A rule by which rows of a database are kept in order, as a file of operations/maintenance/ states it. */
export interface Rule {
    /** The file's name without its number and its ending, such as `old-runs`. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** What it does, in a sentence. */
    readonly title: string;
    /** After how long, in a sentence or two. */
    readonly after: string;
    /** Whether a row is written as it was found, because to judge it again would take too long: the file says why. */
    readonly judgedOnce: boolean;
    /** The query for the rows that it takes at the time `:now`: a column `id`, and what the statement needs besides. */
    readonly takes: string;
    /** The query for the rows that it cannot judge, and why it cannot. */
    readonly leaves: { readonly sql: string; readonly reason: string } | undefined;
    /** The statement that it carries out on the rows that it takes, which are called `due` in it. */
    readonly does: string;
}

const folder: SqlFolder = {
    path: "operations/maintenance",
    names: numberedNames,
    page: "docs/maintenance.md",
    hasParts: true,
    isNeeded: true,
    outcome: "Nothing was changed.",
};
const labels = ["Takes", "Leaves alone", "Does"] as const;
type Label = (typeof labels)[number];
const headings = ["Why", "After", "Judged", ...labels] as const;

/**
 * Reads the rules of a project in the order of their files, in which they run.
 *
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong; `usage` where there is none
 */
export function readRules(root: string): Promise<Rule[]> {
    return readSqlFolder(root, folder, parseRule);
}

/**
 * The rules of these names, in their own order; all of them where no name is given. The path of a file is a name, too.
 *
 * @throws AppError `usage` for a name that no rule has
 */
export function chooseRules(rules: readonly Rule[], wanted: readonly string[]): readonly Rule[] {
    const names = wanted.map((name) => name.replace(/^.*\//, "").replace(/^\d{3}-|\.sql$/g, ""));
    const unknown = names.find((name) => !rules.some((rule) => rule.name === name));
    if (unknown !== undefined) {
        throw new AppError("usage", `there is no rule '${unknown}'`, {
            hint: `the rules are: ${rules.map(({ name }) => name).join(", ")}`,
            outcome: "Nothing was changed.",
        });
    }
    return names.length === 0 ? rules : rules.filter(({ name }) => names.includes(name));
}

function parseRule(file: SqlFile, refuse: Refuse): Rule {
    const headers = file.statements.map((_, at) => readHeader(listLinesAbove(file, at), headings, refuse));
    const parts = new Map<Label, { sql: string; reason: string }>();
    for (const [at, statement] of file.statements.entries()) {
        const label = labels.find((word) => headers[at]?.parts.has(word));
        if (label && !parts.has(label)) {
            parts.set(label, { sql: statement.sql, reason: headers[at]?.parts.get(label)?.text ?? "" });
            if (label === "Does") requireWrite(statement, refuse);
            else requireQuery(statement, refuse);
            const remedy = label === "Does" ? "let 'Takes:' give it as a column of due" : undefined;
            requireValues(statement, label === "Does" ? [] : [":now"], refuse, remedy);
        } else {
            const message = label ? `'${label}:' stands here twice` : "does not say what the statement is for";
            refuse(statement.line, message, labelRemedy);
        }
    }
    for (const label of ["Takes", "Does"] as const) {
        if (parts.has(label) || parts.size < file.statements.length) continue;
        refuse(1, `has no statement under '${label}:'`, `put \`-- ${label}:\` above it`);
    }
    const [header] = headers;
    if (header) requireHeader(header, {}, refuse);
    return {
        name: file.name,
        path: file.path,
        title: header?.title ?? "",
        after: header?.parts.get("After")?.text ?? "",
        judgedOnce: header?.parts.get("Judged")?.text.startsWith("once") ?? false,
        takes: parts.get("Takes")?.sql ?? "",
        leaves: parts.get("Leaves alone"),
        does: parts.get("Does")?.sql ?? "",
    };
}

const labelRemedy = "begin a comment line above it with `Takes:`, `Leaves alone:` or `Does:`, each once in a file";

function requireWrite(statement: Statement, refuse: Refuse): void {
    if (readFact(statement).does === "write" && !isKeyword(statement.tokens[0], "WITH")) return;
    const remedy = "write a DELETE, an UPDATE or an INSERT; what it reads besides goes into 'Takes:'";
    refuse(statement.line, "'Does:' changes no row", remedy);
}
