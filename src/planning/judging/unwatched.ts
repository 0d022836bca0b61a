import { followCascades, type WrittenRows } from "../../schema/cascades.ts";
import { readTableDefinition, type TableDefinition } from "../../sql/create-table.ts";
import { isKeyword } from "../../sql/lexer.ts";
import { findTriggerEvent, type WriteEvent } from "../../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../../sql/statements.ts";
import type { MigrationFile, MigrationSet } from "../files.ts";
import { isTriggerRowOn } from "../judge.ts";
import { fromFile, isManaged, isTriggerOn } from "../objects.ts";
import type { Problem } from "../problems.ts";
import type { DatabaseState } from "../state.ts";
import type { Structure } from "../structure.ts";

/**
 * Finds migrations that write rows of a table after a change that drops the triggers which the write would fire. Triggers of
 * the files count like those of the database, so that the result is the same for a fresh database.
 */
export function findUnwatchedWrites(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    pending: readonly { readonly file: MigrationFile; readonly structure: Structure }[],
): Problem[] {
    const files = sets.flatMap((set) => set.objects.map(fromFile));
    const fires = (statement: Statement | undefined, events: readonly WriteEvent[]): boolean => {
        const event = statement && findTriggerEvent(statement)?.event;
        return event === undefined || events.includes(event);
    };
    const isWatched = ({ table, events }: WrittenRows): boolean =>
        files.some((object) => isTriggerOn(object, table) && fires(object.statement, events)) ||
        state.schema.some(
            (row) =>
                isTriggerRowOn(row, table) && isManaged(row, state) && fires(splitStatements(row.sql ?? "")[0], events),
        );
    // Read only where there is such a write.
    let tables: TableDefinition[] | undefined;
    const firesAny = (written: Structure["writtenAfter"][number]): boolean => {
        tables ??= listTables(sets, state);
        return [written, ...followCascades(written, tables)].some(isWatched);
    };
    return pending.flatMap(({ file, structure }) =>
        structure.writtenAfter.filter(firesAny).map(({ table, line }) => ({
            rule: "unwatched-write",
            path: file.path,
            line,
            message: `writes rows of '${table}' after a change that drops its triggers`,
            remedy: "move these statements to a migration of their own, so that the triggers fire",
        })),
    );
}

// Of the database and of all files: a fresh database has none yet.
function listTables(sets: readonly MigrationSet[], { schema }: DatabaseState): TableDefinition[] {
    const texts = schema.flatMap(({ type, sql }) => (type === "table" && sql !== null ? [sql] : []));
    const created = sets
        .flatMap((set) => set.migrations.flatMap((file) => file.statements))
        .filter((statement) => isKeyword(statement.tokens[0], "CREATE") && isKeyword(statement.tokens[1], "TABLE"));
    return [...texts, ...created.map(({ sql }) => sql)].map((text) => readTableDefinition(text));
}
