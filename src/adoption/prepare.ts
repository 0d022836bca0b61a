import type { Connection } from "../database/connection.ts";
import { findShadows } from "../database/schema-facts.ts";
import { AppError } from "../errors.ts";
import { prepareBaseline } from "../migrations/baseline.ts";
import { isMigratorTable } from "../migrations/bookkeeping.ts";
import type { PreparedDeploy } from "../migrations/deploy.ts";
import { type DatabaseState, findSchemaRow, type SchemaRow } from "../migrations/state.ts";
import { compareSchemas } from "../schema/compare.ts";
import { type LiveTable, readTables } from "./live-tables.ts";
import { findOrigins, listFacts, type Origin, type Origins } from "./origins.ts";
import { planReading, type Reading } from "./reading.ts";
import { adoptionTable } from "./side-table.ts";
import { isSameName, readTargetSchema, type TargetSchema, type TargetTable } from "./target-tables.ts";

/** How a table of the files stands in the live database. */
export type TableState = "done" | "missing" | "rebuild";

export interface AdoptedTable {
    readonly target: TargetTable;
    readonly state: TableState;
    /** How its rows are read; undefined where it is missing. */
    readonly reading: Reading | undefined;
}

/** What an adoption meets, before anything is changed. */
export interface Adoption {
    readonly state: DatabaseState;
    readonly target: TargetSchema;
    readonly tables: readonly AdoptedTable[];
    readonly extra: readonly LiveTable[];
    readonly origins: readonly Origin[];
    readonly newest: readonly string[];
    /** Records the migrations once every table has the files' form. */
    readonly baseline: PreparedDeploy;
}

/**
 * Reads a live database and the files, and finds how each table of the files stands. Writes nothing.
 *
 * @param known what the files lead to, where that was read before
 * @throws AppError `usage` for a database that is empty or has version rows
 */
export async function prepareAdoption(
    root: string,
    connection: Connection,
    origins: Origins,
    known?: TargetSchema,
): Promise<Adoption> {
    const baseline = await prepareBaseline(root, connection, undefined);
    const { state, sets } = baseline;
    if (hasVersions(state)) {
        throw new AppError("usage", "the database has version rows, so it is under these files already", {
            hint: "see where it stands with `pnpm db:status`",
            outcome: "Nothing was changed.",
        });
    }
    const core = sets[0];
    if (!core) throw new Error("unreachable: there is always a core set");
    const target = known ?? (await readTargetSchema(core));
    const isShadow = findShadows(state.schema);
    const rows = state.schema.filter(
        ({ type, name }) =>
            type === "table" &&
            !name.startsWith("sqlite_") &&
            !isMigratorTable(name) &&
            name !== adoptionTable &&
            !isShadow(name),
    );
    const live = await readTables(connection, rows);
    const find = (wanted: string): LiveTable | undefined => live.find(({ name }) => isSameName(name, wanted));
    if (!target.tables.some(({ name }) => find(name))) {
        throw new AppError("usage", "the database has none of the tables that the files make", {
            hint: "deploy the schema with `pnpm db:migrate`; there is nothing to adopt",
            outcome: "Nothing was changed.",
        });
    }
    const differing = findDiffering(state.schema, target);
    const tables = target.tables.map((table) => describeTable(table, find(table.name), state, differing, origins));
    return {
        state,
        target,
        tables,
        extra: live.filter(({ name }) => !target.tables.some((table) => isSameName(table.name, name))),
        origins: findOrigins(origins.known, listFacts(state.schema, live)),
        newest: origins.newest,
        baseline,
    };
}

/** Whether a deploy, a baseline or an adoption has been there. */
export function hasVersions({ versions }: Pick<DatabaseState, "versions">): boolean {
    return [...versions.values()].some((rows) => rows.length > 0);
}

function describeTable(
    target: TargetTable,
    live: LiveTable | undefined,
    state: DatabaseState,
    differing: ReadonlySet<string>,
    origins: Origins,
): AdoptedTable {
    if (!live) {
        const other = findSchemaRow(state, target.name);
        if (other) throw refuse(`'${target.name}' is a ${other.type}`, "rename or drop it by hand");
        return { target, state: "missing", reading: undefined };
    }
    const { rowid } = live;
    if (rowid === undefined) throw refuse(`'${live.name}' has no row numbers`, "make it anew without WITHOUT ROWID");
    if (/^CREATE\s+VIRTUAL/i.test(live.sql))
        throw refuse(`'${live.name}' is a virtual table`, "rename or drop it by hand");
    const reading = planReading({ ...live, rowid }, target, origins);
    return { target, state: differing.has(target.name.toLowerCase()) ? "rebuild" : "done", reading };
}

function refuse(what: string, hint: string): AppError {
    return new AppError("invalid-input", `${what}, and the files have a table of that name`, {
        hint,
        outcome: "Nothing was changed.",
    });
}

// A table, or what belongs to it, is not as in the files. A trigger that is somebody else's makes it so as well; those of
// the files are brought in line with the version rows.
function findDiffering(schema: readonly SchemaRow[], target: TargetSchema): Set<string> {
    const all = [...schema, ...target.schema];
    return new Set(
        compareSchemas(schema, target.schema).flatMap(({ type, name, state }) => {
            const isOurs = type === "table" || type === "index" || (type === "trigger" && state === "unexpected");
            if (!isOurs || state === "same" || state === "comment" || state === "extra") return [];
            const row = all.find((other) => other.type === type && isSameName(other.name, name));
            return row ? [row.table.toLowerCase()] : [];
        }),
    );
}
