import type { SchemaRow } from "../schema/row.ts";
import { readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { readFact, storedSql } from "../sql/statement-facts.ts";
import { checksumTokens, type Statement, splitStatements } from "../sql/statements.ts";
import type { ObjectRecord } from "./bookkeeping.ts";
import type { MigrationSet, ObjectFile, ObjectType } from "./files.ts";
import { type DatabaseState, findSchemaRow } from "./state.ts";

/** A wanted view or trigger: from its file, or from the database where the files of its set are missing. */
export interface PlannedObject {
    readonly type: ObjectType;
    readonly name: string;
    readonly set: string;
    readonly statement: Statement;
    /** The text in sqlite_schema. */
    readonly sql: string;
    /** Over the tokens of `sql`. */
    readonly checksum: string;
    readonly path: string | undefined;
}

export type ObjectAction =
    | { readonly does: "drop-object"; readonly type: ObjectType; readonly name: string }
    | { readonly does: "create-object"; readonly object: PlannedObject };

export interface ObjectChange {
    readonly change: "created" | "replaced" | "dropped" | "deferred";
    readonly type: ObjectType;
    readonly name: string;
}

interface ObjectTracker {
    /** Drops every managed view and trigger, triggers first. */
    dropAll(): ObjectAction[];
    /**
     * Brings every view and trigger to the form in its file. A deferred one keeps its form; a trigger on one of the
     * `written` tables gets back the form that it had before the run.
     */
    bringTo(deferred: ReadonlySet<string>, written?: readonly string[]): ObjectAction[];
    /** Whether one of these tables lacks a trigger that the files define. */
    lacksTriggers(tables: readonly string[]): boolean;
    takeRecords(): { records: ObjectRecord[]; forgotten: string[] };
    present(): PlannedObject[];
    changes(): ObjectChange[];
}

/**
 * Tracks which managed views and triggers the database has from step to step of a plan.
 *
 * @param takesOver whether objects that no run created count as managed where they have the name of a file
 */
export function trackObjects(sets: readonly MigrationSet[], state: DatabaseState, takesOver = false): ObjectTracker {
    const wanted = findWanted(sets, state);
    const original = findLive(wanted, state, takesOver);
    const current = new Map(original);
    const recorded = new Map(state.objects.map((record) => [record.name, record]));
    let deferredNow: ReadonlySet<string> = new Set();

    const drop = (name: string): ObjectAction[] => {
        const live = current.get(name);
        if (!live) return [];
        // A view is dropped with its triggers.
        const owned = live.type === "view" ? [...current].filter(([, other]) => isTriggerOn(other, name)) : [];
        const before = owned.flatMap(([trigger]) => drop(trigger));
        current.delete(name);
        return [...before, { does: "drop-object", type: live.type, name }];
    };

    return {
        dropAll: () => [...current.keys()].flatMap(drop).sort((a, b) => rank(a) - rank(b)),
        bringTo(deferred, written = []) {
            deferredNow = deferred;
            const actions = [...current.keys()].filter((name) => !wanted.has(name)).flatMap((name) => drop(name));
            const create = (object: PlannedObject): void => {
                actions.push(...drop(object.name), { does: "create-object", object });
                current.set(object.name, object);
            };
            // An old form is kept only as long as what it reads.
            const dropReaders = (of: string): void => {
                for (const [name, object] of current) {
                    if (!deferred.has(name) || name === of || !mentions(object, of)) continue;
                    actions.push(...drop(name));
                    dropReaders(name);
                }
            };
            for (const [name, object] of wanted) {
                if (deferred.has(name) || current.get(name)?.sql === object.sql) continue;
                if (current.get(name)?.type === "view") dropReaders(name);
                create(object);
            }
            for (const [name, object] of original) {
                if (!deferred.has(name) || current.has(name)) continue;
                if (written.some((table) => isTriggerOn(object, table))) create(object);
            }
            return actions;
        },
        lacksTriggers: (tables) =>
            [...wanted.values()].some((object) => {
                const forms = [object, original.get(object.name) ?? object];
                const isWritten = forms.some((form) => tables.some((table) => isTriggerOn(form, table)));
                return isWritten && current.get(object.name)?.sql !== object.sql;
            }),
        takeRecords() {
            const records: ObjectRecord[] = [];
            for (const object of wanted.values()) {
                const record = toRecord(current.get(object.name) ?? object, !current.has(object.name));
                if (!isSameRecord(recorded.get(object.name), record)) records.push(record);
                recorded.set(object.name, record);
            }
            const forgotten = [...recorded.keys()].filter((name) => !wanted.has(name));
            for (const name of forgotten) recorded.delete(name);
            return { records, forgotten };
        },
        present: () => [...wanted.keys()].flatMap((name) => current.get(name) ?? []),
        changes() {
            const changes: ObjectChange[] = [];
            for (const [name, { type, sql }] of wanted) {
                const before = original.get(name)?.sql;
                if (deferredNow.has(name) && current.get(name)?.sql !== sql)
                    changes.push({ change: "deferred", type, name });
                else if (before === undefined) changes.push({ change: "created", type, name });
                else if (before !== sql) changes.push({ change: "replaced", type, name });
            }
            for (const [name, { type }] of original) {
                if (!wanted.has(name)) changes.push({ change: "dropped", type, name });
            }
            return changes;
        },
    };
}

/** Whether a view or trigger is the migrator's: a run created it, or it equals its file, which has this checksum. */
export function isManaged(row: SchemaRow, state: DatabaseState, checksum?: string): boolean {
    if (!row.sql || (row.type !== "view" && row.type !== "trigger")) return false;
    return isRecorded(row, state) || checksumTokens(row.sql) === checksum;
}

function isRecorded(row: SchemaRow, state: DatabaseState): boolean {
    return state.objects.some((record) => record.status === "present" && isSameName(record.name, row.name));
}

// Keyed by the name of the file, where there is one.
function findLive(
    wanted: ReadonlyMap<string, PlannedObject>,
    state: DatabaseState,
    takesOver: boolean,
): Map<string, PlannedObject> {
    const live = new Map<string, PlannedObject>();
    const seen = new Set<string>();
    const sets = new Map(state.objects.map((record) => [record.name, record.set]));
    for (const name of [...wanted.keys(), ...sets.keys()]) {
        const row = findSchemaRow(state, name);
        const file = wanted.get(name);
        if (!row?.sql || (row.type !== "view" && row.type !== "trigger") || seen.has(row.name)) continue;
        if (!isManaged(row, state, file?.checksum) && !(takesOver && file)) continue;
        seen.add(row.name);
        const { type, sql } = row;
        const statement = splitStatements(sql)[0] as Statement;
        const set = file?.set ?? sets.get(name) ?? "";
        live.set(name, { type, name, set, sql, statement, checksum: checksumTokens(sql), path: undefined });
    }
    return live;
}

// What the files define; for a set that this checkout lacks, what the database has.
function findWanted(sets: readonly MigrationSet[], state: DatabaseState): Map<string, PlannedObject> {
    const wanted = new Map<string, PlannedObject>();
    for (const object of sets.flatMap((set) => set.objects)) wanted.set(object.name, fromFile(object));
    const here = new Set(sets.map((set) => set.name));
    for (const record of state.objects) {
        const sql = findSchemaRow(state, record.name)?.sql;
        const statement = sql ? splitStatements(sql)[0] : undefined;
        if (here.has(record.set) || !sql || !statement) continue;
        wanted.set(record.name, { ...record, sql, statement, path: undefined });
    }
    return wanted;
}

/** Returns a view or trigger as its file defines it. */
export function fromFile({ type, name, set, statements, path }: ObjectFile): PlannedObject {
    const statement = statements[0] as Statement;
    const sql = storedSql(statement);
    return { type, name, set, sql, checksum: checksumTokens(sql), path, statement };
}

/** Whether it is a trigger on a table or view. */
export function isTriggerOn({ type, statement }: Pick<PlannedObject, "type" | "statement">, table: string): boolean {
    const fact = readFact(statement);
    return type === "trigger" && fact.does === "create" && isSameName(fact.table, table);
}

function mentions({ statement }: PlannedObject, name: string): boolean {
    return statement.tokens.some((token) => isSameName(readName(token), name));
}

function rank(action: ObjectAction): number {
    return action.does === "drop-object" && action.type === "trigger" ? 0 : 1;
}

function toRecord({ name, type, set, checksum }: PlannedObject, isDeferred: boolean): ObjectRecord {
    return { name, type, set, checksum, status: isDeferred ? "deferred" : "present" };
}

function isSameRecord(left: ObjectRecord | undefined, right: ObjectRecord): boolean {
    return left?.checksum === right.checksum && left.status === right.status && left.set === right.set;
}
