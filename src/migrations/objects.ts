import { readFact, storedSql } from "../database/statement-facts.ts";
import { checksumTokens, type Statement, splitStatements } from "../database/statements.ts";
import type { ObjectRecord } from "./bookkeeping.ts";
import type { MigrationSet, ObjectFile, ObjectType } from "./files.ts";
import { type DatabaseState, findSchemaRow } from "./state.ts";

/** A view or trigger as it is to be: from its file, or from the database where its set's files are not here. */
export interface PlannedObject {
    readonly type: ObjectType;
    readonly name: string;
    readonly set: string;
    readonly statement: Statement;
    /** The text that sqlite_schema will hold. */
    readonly sql: string;
    /** Over the tokens of `sql`. */
    readonly checksum: string;
    readonly path: string | undefined;
}

export type ObjectAction =
    | { readonly does: "drop-object"; readonly type: ObjectType; readonly name: string }
    | { readonly does: "create-object"; readonly object: PlannedObject };

export interface ObjectChange {
    readonly change: "created" | "replaced" | "dropped" | "waiting";
    readonly type: ObjectType;
    readonly name: string;
}

export interface ObjectTracker {
    /** Drops every managed view and trigger that is there; triggers first. */
    dropAll(): ObjectAction[];
    /** Makes every view and trigger what its file says, except those that wait. */
    bringTo(waiting: ReadonlySet<string>): ObjectAction[];
    /** Whether rows of one of these tables would be written before the triggers that the files define for it are there. */
    lacksTriggers(tables: readonly string[]): boolean;
    takeRecords(): { records: ObjectRecord[]; forgotten: string[] };
    present(): PlannedObject[];
    changes(): ObjectChange[];
}

/** Follows which managed views and triggers are in the database while the steps of a plan go by. */
export function trackObjects(sets: readonly MigrationSet[], state: DatabaseState): ObjectTracker {
    const wanted = findWanted(sets, state);
    const original = findLive([...wanted.keys()], state);
    const current = new Map(original);
    const recorded = new Map(state.objects.map((record) => [record.name, record]));
    let waitingNow: ReadonlySet<string> = new Set();

    const drop = (name: string): ObjectAction[] => {
        const live = current.get(name);
        if (!live) return [];
        // A view takes its triggers along.
        const owned = live.type === "view" ? [...current].filter(([, other]) => isOn(other, name)) : [];
        const before = owned.flatMap(([trigger]) => drop(trigger));
        current.delete(name);
        return [...before, { does: "drop-object", type: live.type, name }];
    };

    return {
        dropAll: () => [...current.keys()].flatMap(drop).sort((a, b) => rank(a) - rank(b)),
        bringTo(waiting) {
            waitingNow = waiting;
            const actions = [...current.keys()]
                .filter((name) => !wanted.has(name) || waiting.has(name))
                .flatMap((name) => drop(name));
            for (const [name, object] of wanted) {
                if (waiting.has(name) || current.get(name)?.sql === object.sql) continue;
                actions.push(...drop(name), { does: "create-object", object });
                current.set(name, { type: object.type, sql: object.sql, table: tableOf(object) });
            }
            return actions;
        },
        lacksTriggers: (tables) =>
            [...wanted.values()].some(
                (object) =>
                    object.type === "trigger" &&
                    current.get(object.name)?.sql !== object.sql &&
                    tables.some((table) => table.toLowerCase() === tableOf(object)),
            ),
        takeRecords() {
            const records: ObjectRecord[] = [];
            for (const object of wanted.values()) {
                const record = toRecord(object, waitingNow.has(object.name));
                if (!isSameRecord(recorded.get(object.name), record)) records.push(record);
                recorded.set(object.name, record);
            }
            const forgotten = [...recorded.keys()].filter((name) => !wanted.has(name));
            for (const name of forgotten) recorded.delete(name);
            return { records, forgotten };
        },
        present: () => [...wanted.values()].filter((object) => current.has(object.name)),
        changes() {
            const changes: ObjectChange[] = [];
            for (const [name, { type, sql }] of wanted) {
                const before = original.get(name)?.sql;
                if (waitingNow.has(name)) changes.push({ change: "waiting", type, name });
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

/** A view or trigger that is in the database. */
interface LiveObject {
    readonly type: ObjectType;
    readonly sql: string;
    /** In lower case: the table or view of a trigger, the view itself otherwise. */
    readonly table: string;
}

// Those that the files define and those that a run has recorded, by the name of the file where there is one.
function findLive(wanted: readonly string[], state: DatabaseState): Map<string, LiveObject> {
    const live = new Map<string, LiveObject>();
    const seen = new Set<string>();
    for (const name of [...wanted, ...state.objects.map((record) => record.name)]) {
        const row = findSchemaRow(state, name);
        if (!row?.sql || (row.type !== "view" && row.type !== "trigger") || seen.has(row.name)) continue;
        seen.add(row.name);
        live.set(name, { type: row.type, sql: row.sql, table: row.table.toLowerCase() });
    }
    return live;
}

// What the files define; for a set that the database has but this checkout lacks, what the database has.
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

function fromFile({ type, name, set, statements, path }: ObjectFile): PlannedObject {
    const statement = statements[0] as Statement;
    const sql = storedSql(statement);
    return { type, name, set, sql, checksum: checksumTokens(sql), path, statement };
}

function tableOf({ statement, name }: PlannedObject): string {
    const fact = readFact(statement);
    return (fact.does === "create" ? fact.table : name).toLowerCase();
}

function isOn(object: LiveObject, view: string): boolean {
    return object.type === "trigger" && object.table === view.toLowerCase();
}

function rank(action: ObjectAction): number {
    return action.does === "drop-object" && action.type === "trigger" ? 0 : 1;
}

function toRecord({ name, type, set, checksum }: PlannedObject, isWaiting: boolean): ObjectRecord {
    return { name, type, set, checksum, status: isWaiting ? "waiting" : "present" };
}

function isSameRecord(left: ObjectRecord | undefined, right: ObjectRecord): boolean {
    return left?.checksum === right.checksum && left.status === right.status && left.set === right.set;
}
