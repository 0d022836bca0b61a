import { findVerb, hasClause } from "../lint/clauses.ts";
import type { MigrationFile } from "../planning/files.ts";
import { followFiles, type KnownSchema } from "../schema/known-schema.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import type { Inspection } from "./inspect.ts";
import type { RehearsalFinding, Rehearsed } from "./rehearsed.ts";

/** Finds what each file of a run removed from rows although none of its statements does so. */
export function findRowLosses(run: Pick<Rehearsed, "sets" | "before" | "files">): RehearsalFinding[] {
    let before: Inspection = run.before;
    return run.files.flatMap(({ file, after }) => {
        if (!after) return [];
        const known = followUntil(run.sets, file);
        const losses = [
            ...findLostRows(file, before, after),
            ...findLostReferences(file, before, after),
            ...findLostColumns(file, before, after, known),
            ...findLostValues(file, before, after),
        ];
        before = after;
        return losses.map((loss) => ({ ...loss, path: file.path }));
    });
}

type Loss = Omit<RehearsalFinding, "path">;

// Rows that a cascade or a trigger deleted.
function findLostRows(file: MigrationFile, before: Inspection, after: Inspection): Loss[] {
    const named = findTables(file, (statement) => takesRows(statement));
    return [...before.rows].flatMap(([table, count]) => {
        const left = after.rows.get(table) ?? 0;
        if (left >= count || named.has(table.toLowerCase())) return [];
        return {
            kind: "lost-rows",
            message: `'${table}' has lost ${count - left} of its ${count} rows, and no statement of the file deletes rows from it`,
            remedy: "if this is intended, delete them in a separate statement; otherwise check the foreign keys and triggers of the table",
        };
    });
}

// ON DELETE SET NULL keeps the row and removes its reference.
function findLostReferences(file: MigrationFile, before: Inspection, after: Inspection): Loss[] {
    const named = findTables(file, (statement) => takesRows(statement) || findVerb(statement) === "UPDATE");
    return [...before.references].flatMap(([column, { table, filled }]) => {
        const now = after.references.get(column);
        const gone = (before.rows.get(table) ?? 0) - (after.rows.get(table) ?? 0);
        const lost = filled - (now?.filled ?? filled);
        if (lost <= Math.max(0, gone) || named.has(table.toLowerCase())) return [];
        return {
            kind: "lost-references",
            message: `'${column}' is empty now in ${lost} ${lost === 1 ? "row" : "rows"}, and no statement of the file changes '${table}'`,
            remedy: "if this is intended, set it to NULL in a separate statement; otherwise check the delete action of the foreign key",
        };
    });
}

// A rebuild follows the files, and does not copy a column that was added by hand.
function findLostColumns(file: MigrationFile, before: Inspection, after: Inspection, known: KnownSchema): Loss[] {
    const altered = findTables(file, (statement) => {
        const fact = readFact(statement);
        return fact.does === "alter" && fact.action !== "add";
    });
    return [...before.columns].flatMap(([table, columns]) => {
        const left = after.columns.get(table)?.map((column) => column.toLowerCase());
        const made = known.tables.get(table.toLowerCase())?.columns.map(({ name }) => name.toLowerCase()) ?? [];
        if (!left || altered.has(table.toLowerCase())) return [];
        return columns
            .filter((column) => !left.includes(column.toLowerCase()) && !made.includes(column.toLowerCase()))
            .map(
                (column): Loss => ({
                    kind: "lost-column",
                    message: `'${table}' has lost its column '${column}', which no file created`,
                    remedy: "add it to the files first (`pnpm db:verify --write-files`), or drop it by hand",
                }),
            );
    });
}

// A column that a rebuild does not copy is NULL or the default in every row.
function findLostValues(file: MigrationFile, before: Inspection, after: Inspection): Loss[] {
    const updated = findTables(file, (statement) => findVerb(statement) === "UPDATE");
    return [...before.values].flatMap(([column, { table, filled, varies }]) => {
        const now = after.values.get(column);
        if (!now || (after.rows.get(table) ?? 0) < 2 || updated.has(table.toLowerCase())) return [];
        const isEmpty = filled > 0 && now.filled === 0;
        if (!isEmpty && !(varies && !now.varies)) return [];
        return {
            kind: "lost-values",
            message: isEmpty
                ? `no row has a value in '${column}' any more`
                : `all rows have the same value in '${column}' now`,
            remedy: "copy the column in the rebuild; or, if this is intended, set it in a separate UPDATE",
        };
    });
}

// The schema that the files before this one create.
function followUntil(sets: Rehearsed["sets"], last: MigrationFile): KnownSchema {
    const files = sets.flatMap((set) => set.migrations);
    return followFiles(files.slice(0, files.indexOf(last)));
}

function takesRows(statement: Statement): boolean {
    const fact = readFact(statement);
    if (fact.does === "drop" || fact.does === "rename-table") return true;
    const verb = findVerb(statement);
    return verb === "DELETE" || verb === "REPLACE" || (verb !== undefined && hasClause(statement, "OR", "REPLACE"));
}

// Finds the tables, in lower case, of some statements of a file.
function findTables({ statements }: MigrationFile, does: (statement: Statement) => boolean): ReadonlySet<string> {
    const names = statements.filter(does).flatMap((statement) => {
        const fact = readFact(statement);
        return ["table" in fact && fact.table, "name" in fact && fact.name, "to" in fact && fact.to];
    });
    return new Set(names.filter((name) => name !== false).map((name) => name.toLowerCase()));
}
