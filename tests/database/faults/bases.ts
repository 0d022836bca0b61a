import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { insertRow } from "../../product/rows.ts";
import { readContents } from "../../support/contents.ts";
import { deployInto } from "../../support/deployed.ts";
import type { Target, TestDatabase } from "../../support/targets.ts";
import { type Base, current } from "./commands.ts";

/** Gives databases to try a fault on. */
export interface Bases {
    /** One that is as it was made; whoever changes it says so by giveBack(). */
    borrow(base: Base): Promise<TestDatabase>;
    giveBack(database: TestDatabase, isChanged: boolean): Promise<void>;
}

/** Makes each database once, and copies it when the copy before was changed. */
export function createBases(target: Target): Bases {
    const made = new Map<Base, Promise<TestDatabase>>();
    const clean = new Map<Base, TestDatabase>();
    const lent = new Map<TestDatabase, Base>();
    return {
        async borrow(base) {
            const kept = clean.get(base);
            clean.delete(base);
            if (!made.has(base)) made.set(base, makeBase(target, base));
            const database = kept ?? (await target.createCopy((await made.get(base)) as TestDatabase));
            lent.set(database, base);
            return database;
        },
        async giveBack(database, isChanged) {
            const base = lent.get(database);
            lent.delete(database);
            if (isChanged || base === undefined) await database.close();
            else clean.set(base, database);
        },
    };
}

async function makeBase(target: Target, base: Base): Promise<TestDatabase> {
    const database = await target.createDatabase();
    if (base === "unrecorded") await database.client.executeMultiple(readMigrations());
    else await deployInto(database, current());
    for (const id of ["q-1", "q-2"]) await insertRow(database.client, "questions", { id });
    await database.client.execute("DELETE FROM question_history");
    if (base === "newer") {
        await database.client.execute("INSERT INTO schemaversion (version, name, md5) VALUES (99, 'of-tomorrow', '')");
    }
    return database;
}

// As somebody would run them by hand.
function readMigrations(): string {
    const folder = path.join(current(), "migrations");
    const names = readdirSync(folder).filter((name) => name.includes(".do."));
    return names
        .sort()
        .map((name) => readFileSync(path.join(folder, name), "utf8"))
        .join("\n");
}

/** All that is in a database, but for who may deploy next: whoever is refused the lock leaves the table for it behind. */
export async function hashOf(database: TestDatabase): Promise<string> {
    const { sqlite_schema: schema = [], schema_lock: _lock, ...tables } = await readContents(database.client);
    return JSON.stringify([schema.filter((row) => row.tbl_name !== "schema_lock"), tables]);
}

/**
 * What is the same after any two good runs of a command: objects, and how many rows each table has. Left out is what
 * db:seed notes when all is in, because a run that cannot know that writes no such note.
 */
export async function shapeOf(database: TestDatabase): Promise<unknown> {
    const { sqlite_schema: schema = [], schema_seeds: _notes, ...tables } = await readContents(database.client);
    return [schema, Object.entries(tables).map(([name, rows]) => [name, rows.length])];
}
