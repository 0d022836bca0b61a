import { readFact } from "../../sql/statement-facts.ts";
import { coreSet, type MigrationFile } from "../files.ts";
import { isRecorded, madeElsewhere } from "../judge.ts";
import type { Problem } from "../problems.ts";
import { type DatabaseState, findSchemaRow } from "../state.ts";
import { readStructure } from "../structure.ts";
import { findOrphanedTables, findRenamedAway } from "./children.ts";

/** Says that a table which a migration creates exists already, and what to do. */
type ExplainExisting = (file: MigrationFile, table: string) => Pick<Problem, "message" | "remedy">;

/** Finds pending migrations that fail in this database: tables that exist already, rebuilds in the wrong order. */
export function findPendingProblems(
    pending: readonly MigrationFile[],
    state: DatabaseState,
    explain: ExplainExisting = ({ set }, table) => explainUnrecorded(set, table, state),
): Problem[] {
    const problems: Problem[] = [];
    const gone = new Set<string>();
    for (const [at, file] of pending.entries()) {
        const structure = readStructure(file.statements);
        for (const table of [...structure.dropped, ...structure.renamed]) gone.add(table.toLowerCase());
        problems.push(...findOrphanedTables(file, structure, state, gone));
        problems.push(...findRenamedAway(file, structure, state, pending.slice(0, at)));
        for (const { name, line } of findCreatedTables(file)) {
            if (!findSchemaRow(state, name) || gone.has(name.toLowerCase())) continue;
            problems.push({ path: file.path, line, ...explain(file, name) });
        }
    }
    return problems;
}

function explainUnrecorded(set: string, table: string, state: DatabaseState): ReturnType<ExplainExisting> {
    const message = `the database already has '${table}', but no record of this migration`;
    if (isRecorded(set, state)) {
        const remedy = "give the table another name in the file, or drop or rename the old one in an earlier migration";
        return { message, remedy };
    }
    const adopting = `adopt it with its rows: \`pnpm db:adopt --set ${set}\` (\`--check\` says what that would do)`;
    return { message, remedy: set === coreSet ? madeElsewhere : adopting };
}

function findCreatedTables(file: MigrationFile): { name: string; line: number }[] {
    return file.statements.flatMap((statement) => {
        const fact = readFact(statement);
        return fact.does === "create" && fact.type === "table" ? [{ name: fact.name, line: statement.line }] : [];
    });
}
