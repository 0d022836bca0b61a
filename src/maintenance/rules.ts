import { AppError } from "../errors.ts";
import {
    type DocumentedFile,
    numberedNames,
    readSqlFolder,
    requireQuery,
    requireValues,
    type SqlFolder,
} from "../sql/documented/folder.ts";
import type { Refuse } from "../sql/documented/header.ts";
import { isKeyword } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";

/** A rule by which rows of a database are kept in order, as a file of operations/maintenance/ states it. */
export interface MaintenanceRule {
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
    headings: { Why: null, After: null, Judged: null, Takes: null, "Leaves alone": null, Does: null },
    hasParts: true,
    isNeeded: true,
    outcome: "Nothing was changed.",
};
const labels = ["Takes", "Leaves alone", "Does"] as const;
type Label = (typeof labels)[number];

/**
 * Reads the rules of a project in the order of their files, in which they run.
 *
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong; `usage` where there is none
 */
export function readRules(root: string): Promise<MaintenanceRule[]> {
    return readSqlFolder(root, folder, parseRule);
}

/**
 * The rules of these names, in their own order; all of them where no name is given. The path of a file is a name, too.
 *
 * @throws AppError `usage` for a name that no rule has
 */
export function chooseRules(rules: readonly MaintenanceRule[], wanted: readonly string[]): readonly MaintenanceRule[] {
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

function parseRule({ name, path, title, find, statements }: DocumentedFile, refuse: Refuse): MaintenanceRule {
    const parts = new Map<Label, { sql: string; reason: string }>();
    for (const statement of statements) {
        const { sql, line, header } = statement;
        const label = labels.find((word) => header.parts.has(word));
        if (!label || parts.has(label)) {
            const message = label ? `'${label}:' appears twice` : "does not say what the statement is for";
            refuse(line, message, labelRemedy);
            continue;
        }
        parts.set(label, { sql, reason: header.parts.get(label)?.text ?? "" });
        if (label === "Does") requireWrite(statement, refuse);
        else requireQuery(statement, [":now"], refuse);
    }
    for (const label of ["Takes", "Does"] as const) {
        if (parts.has(label) || parts.size < statements.length) continue;
        refuse(1, `has no statement under '${label}:'`, `put \`-- ${label}:\` above it`);
    }
    return {
        ...{ name, path, title },
        after: find("After") ?? "",
        judgedOnce: find("Judged")?.startsWith("once") ?? false,
        takes: parts.get("Takes")?.sql ?? "",
        leaves: parts.get("Leaves alone"),
        does: parts.get("Does")?.sql ?? "",
    };
}

const labelRemedy = "begin a comment line above it with `Takes:`, `Leaves alone:` or `Does:`, each once in a file";

function requireWrite(statement: Statement, refuse: Refuse): void {
    requireValues(statement, [], refuse, "let 'Takes:' give it as a column of due");
    if (readFact(statement).does === "write" && !isKeyword(statement.tokens[0], "WITH")) return;
    const remedy = "write a DELETE, an UPDATE or an INSERT; what it reads besides goes into 'Takes:'";
    refuse(statement.line, "'Does:' changes no row", remedy);
}
