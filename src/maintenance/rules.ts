import {
    chooseFiles,
    type DocumentedFile,
    type NamedFile,
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

/** A rule of a file in operations/maintenance/. */
export interface MaintenanceRule extends NamedFile {
    /** After how long it applies, in a sentence or two. */
    readonly after: string;
    /** Rows are written as they were read, without evaluating `takes` a second time; the file says why. */
    readonly evaluatedOnce: boolean;
    /** The query for the rows that are due at the time `:now`: a column `id`, and other columns for the statement. */
    readonly takes: string;
    /** The query for the rows that the rule cannot decide about, and why. */
    readonly leaves: { readonly sql: string; readonly reason: string } | undefined;
    /** The statement that changes the due rows, which it reads from `due`. */
    readonly does: string;
}

const outcome = "Nothing was changed.";
const folder: SqlFolder = {
    path: "operations/maintenance",
    names: numberedNames,
    page: "docs/reference/maintenance.md",
    headings: { Why: null, After: null, Evaluated: null, Takes: null, "Leaves alone": null, Does: null },
    hasParts: true,
    isNeeded: true,
    outcome,
};
const labels = ["Takes", "Leaves alone", "Does"] as const;
type Label = (typeof labels)[number];

/**
 * Reads the rules of a project, in the order in which they run.
 * @throws AppError `invalid-files`, `usage`
 */
export function readRules(root: string): Promise<MaintenanceRule[]> {
    return readSqlFolder(root, folder, parseRule);
}

/**
 * Selects rules by name or path; all if `wanted` is empty.
 * @throws AppError `usage` for an unknown name
 */
export function chooseRules(rules: readonly MaintenanceRule[], wanted: readonly string[]): readonly MaintenanceRule[] {
    const hint = `name one of ${rules.map(({ name }) => name).join(", ")}`;
    return wanted.length === 0 ? rules : chooseFiles(rules, wanted, { what: "rule", hint, outcome });
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
        evaluatedOnce: find("Evaluated")?.startsWith("once") ?? false,
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
