import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { prepareBaseline } from "../migrations/baseline.ts";
import type { MigrationSet } from "../planning/files.ts";
import { findPending } from "../planning/judge.ts";
import { type LeaveOut, type PreparedDeploy, readAll } from "../planning/prepare.ts";
import { type DatabaseState, findSchemaRow } from "../planning/state.ts";
import { isOfSet } from "../planning/structure.ts";
import { compareSchemas } from "../schema/compare.ts";
import { isMigratorTable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { type Table, tableQueries, takeTableRows, toTables } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import { findOrigins, listFacts, type Origin, type Origins } from "./origins.ts";
import { quarantineTable } from "./quarantine.ts";
import { planReading, type Reading } from "./reading.ts";
import { readTargetSchema, type TargetSchema, type TargetTable } from "./target-tables.ts";
import { type Parent, type PreferredRows, parentInPlace } from "./validation.ts";

/** State of a table of the files in the live database. */
export type TableState = "done" | "missing" | "rebuild";

export interface AdoptedTable {
    readonly target: TargetTable;
    readonly state: TableState;
    /** Undefined if the table is missing. */
    readonly reading: Reading | undefined;
}

/** The comparison of a live database with the files. */
export interface Adoption {
    readonly state: DatabaseState;
    readonly target: TargetSchema;
    readonly tables: readonly AdoptedTable[];
    /** The optional sets that are adopted too, by name. */
    readonly wanted: readonly string[];
    /** Live tables that the files lack. */
    readonly extra: readonly Table[];
    readonly origins: readonly Origin[];
    /** Which of several rows is kept. */
    readonly preferred: PreferredRows;
    /** Records the migrations after every table has the files' form. */
    readonly baseline: PreparedDeploy;
}

interface AdoptionChoice {
    /** The target, if it was read before. */
    readonly known?: TargetSchema;
    /** Optional sets to adopt too, also in a database whose core is recorded. */
    readonly wanted?: readonly string[];
    /** As for readAll(). */
    readonly leaveOut?: LeaveOut;
}

/** Lists the readings of the tables that are rebuilt, in order; those of tables in a circle together. */
export function listRebuilds({ tables }: Pick<Adoption, "tables">): Reading[][] {
    const rebuilds = tables.flatMap(({ state, reading }) => (state === "rebuild" && reading ? [reading] : []));
    const isFirst = ({ target }: Reading): boolean =>
        rebuilds.find((other) => target.circle.includes(other.target.name))?.target === target;
    return rebuilds
        .filter(isFirst)
        .map(({ target }) => rebuilds.filter((other) => target.circle.includes(other.target.name)));
}

/** Finds a referenced table that is not rebuilt, or was before; undefined where the database has none of that name. */
export function findParentInPlace(
    { state, tables }: Pick<Adoption, "state" | "tables">,
    parent: string,
): Parent | undefined {
    const own = tables.find(({ target }) => isSameName(target.name, parent));
    const row = findSchemaRow(state, parent);
    if (own) return own.reading ? parentInPlace(own.target.name) : undefined;
    return row?.type === "table" ? parentInPlace(row.name) : undefined;
}

/**
 * Compares a live database with the files. Writes nothing.
 *
 * @returns undefined for a database that has version rows of all of them, from a deploy, a baseline or an adoption
 * @throws AppError `usage` for a database that has none of the files' tables, or lacks migrations of a recorded set
 */
export async function prepareAdoption(
    root: string,
    connection: Connection,
    origins: Origins,
    { known, wanted = [], leaveOut }: AdoptionChoice = {},
): Promise<Adoption | undefined> {
    // In the same snapshot as the state: another adoption may be committing table after table.
    const read = await readAll(root, connection, {
        extra: tableQueries,
        sets: wanted,
        leaveOut,
        holdBack: true,
        outcome: "Nothing was changed.",
    });
    const { state, sets } = read;
    const recorded = sets.filter(({ name }) => (state.versions.get(name) ?? []).length > 0);
    if (recorded.length === sets.length || (wanted.length === 0 && recorded.length > 0)) return undefined;
    refuseBehind(recorded, state);
    const baseline = await prepareBaseline(root, connection, undefined, { read });
    const isRecorded = (row: Pick<SchemaRow, "name" | "table">): boolean => recorded.some((set) => isOfSet(set, row));
    const deployed = sets.filter((set, at) => at === 0 || !recorded.includes(set));
    const target = known ?? (await readTargetSchema(deployed, (row) => !isRecorded(row)));
    const live = toTables(state.schema, takeTableRows(state.extra)).filter(
        ({ name, isShadow }) => !isMigratorTable(name) && name !== quarantineTable && !isShadow,
    );
    const find = (wanted: string): Table | undefined => live.find(({ name }) => isSameName(name, wanted));
    if (!target.tables.some(({ name }) => find(name))) {
        throw new AppError("usage", "the database has none of the tables that the files create", {
            hint: `there is nothing to adopt; deploy the schema with \`${["pnpm db:migrate", ...wanted.map((set) => `--set ${set}`)].join(" ")}\``,
            outcome: "Nothing was changed.",
        });
    }
    refuseNamesakes(state, target);
    const rebuilt = await findRebuilt(connection, state.schema, target);
    const tables = target.tables.map((table) => describeTable(table, find(table.name), state, rebuilt, origins, live));
    return {
        state,
        target,
        tables,
        wanted,
        extra: live.filter(
            ({ name }) =>
                !target.tables.some((table) => isSameName(table.name, name)) && !isRecorded({ name, table: name }),
        ),
        origins: findOrigins(origins.known, listFacts(state.schema, live)),
        preferred: origins,
        baseline,
    };
}

// A baseline would record their pending migrations without running them.
function refuseBehind(recorded: readonly MigrationSet[], state: DatabaseState): void {
    const behind = recorded.find((set) => findPending(set, state).length > 0);
    if (!behind) return;
    throw new AppError("usage", `migrations of the set '${behind.name}' are pending`, {
        hint: "deploy them with `pnpm db:migrate`, then run the same command again",
        outcome: "Nothing was changed.",
    });
}

function describeTable(
    target: TargetTable,
    live: Table | undefined,
    state: DatabaseState,
    rebuilt: ReadonlySet<string>,
    origins: Origins,
    tables: readonly Table[],
): AdoptedTable {
    if (!live) {
        const other = findSchemaRow(state, target.name);
        if (other) throw refuse(`'${target.name}' is a ${other.type}`, renameByHand);
        return { target, state: "missing", reading: undefined };
    }
    const { rowid } = live;
    if (rowid === undefined) throw refuse(`'${live.name}' has no rowid`, "create it again without WITHOUT ROWID");
    if (live.isVirtual) throw refuse(`'${live.name}' is a virtual table`, renameByHand);
    const reading = planReading({ ...live, rowid }, target, origins, tables);
    return { target, state: rebuilt.has(target.name.toLowerCase()) ? "rebuild" : "done", reading };
}

// An object with the name of one of the files must have its type and table, else the one of the files cannot be created.
function refuseNamesakes(state: DatabaseState, target: TargetSchema): void {
    for (const { type, name, table, sql } of target.schema) {
        const live = type === "table" || sql === null ? undefined : findSchemaRow(state, name);
        if (!live || (live.type === type && (type === "view" || isSameName(live.table, table)))) continue;
        const article = live.type === "index" ? "an" : "a";
        const place = live.type === "index" || live.type === "trigger" ? ` of '${live.table}'` : "";
        throw refuse(`'${live.name}' is ${article} ${live.type}${place}`, renameByHand, `another ${type}`);
    }
}

const renameByHand = "rename or drop it by hand";

function refuse(what: string, hint: string, theirs = "a table"): AppError {
    const message = `${what}, and the files have ${theirs} of that name`;
    return new AppError("invalid-input", message, { hint, outcome: "Nothing was changed." });
}

// A table that references a rebuilt one is rebuilt with it, because rows there may be refused. So is one with dangling
// references, because an earlier run may have been interrupted between the two.
async function findRebuilt(
    connection: Connection,
    schema: readonly SchemaRow[],
    target: TargetSchema,
): Promise<Set<string>> {
    const rebuilt = findDiffering(schema, target);
    const pointing = target.tables.filter(
        ({ name, foreignKeys }) => foreignKeys.length > 0 && !rebuilt.has(name.toLowerCase()),
    );
    if (pointing.length === 0) return rebuilt;
    const dangling = await connection.readAll(
        pointing.map(({ name }) => ({ sql: "SELECT 1 FROM pragma_foreign_key_check(?) LIMIT 1", args: [name] })),
    );
    pointing.forEach(({ name, foreignKeys }, at) => {
        const result = dangling[at];
        const isDangling = result?.ok === true && result.rows.length > 0;
        const pointsToRebuilt = foreignKeys.some(({ parent }) => rebuilt.has(parent.toLowerCase()));
        if (isDangling || pointsToRebuilt) rebuilt.add(name.toLowerCase());
    });
    return rebuilt;
}

/**
 * Returns the names, in lower case, of the tables that differ from the files in columns, constraints or indexes, or that
 * have a trigger that the files lack. Triggers of the files are updated later, with the version rows.
 */
export function findDiffering(schema: readonly SchemaRow[], target: TargetSchema): Set<string> {
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
