import type { Connection, Script } from "../database/connection.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import type { Adoption } from "./prepare.ts";

/** What no longer works in an adopted database. */
export interface Broken {
    /** References to rows that were refused or never existed. */
    readonly dangling: readonly { readonly table: string; readonly parent: string; readonly rows: number }[];
    /** Views not defined by the files that cannot be read. */
    readonly views: readonly { readonly view: string; readonly message: string }[];
    /**
     * Failing triggers of tables not defined by the files, each with its first error; without a name where a trigger of
     * another table fails, which one of these fires.
     */
    readonly triggers: readonly { readonly table: string; readonly trigger?: string; readonly message: string }[];
}

/** Finds what no longer works after an adoption. Reads only. */
export async function findBroken(connection: Connection, adoption: Adoption): Promise<Broken> {
    return {
        dangling: await findDangling(connection, adoption),
        views: await findBrokenViews(connection, adoption),
        triggers: await findBrokenTriggers(connection, adoption),
    };
}

async function findDangling(connection: Connection, { extra, tables }: Adoption): Promise<Broken["dangling"]> {
    const own = tables.map(({ target }) => target).filter(({ foreignKeys }) => foreignKeys.length > 0);
    const asked = [...own, ...extra];
    const sql = "SELECT parent, count(*) AS count FROM pragma_foreign_key_check(?) GROUP BY parent";
    const results = await connection.readAll(asked.map(({ name }) => ({ sql, args: [name] })));
    // SQLite cannot check a foreign key to a column without a unique index; such a key is ignored here.
    return results.flatMap((result, at) =>
        (result.ok ? result.rows : []).map((row) => ({
            table: asked[at]?.name ?? "",
            parent: String(row.parent),
            rows: Number(row.count),
        })),
    );
}

async function findBrokenViews(connection: Connection, { state, target }: Adoption): Promise<Broken["views"]> {
    const own = new Set(target.schema.map((row) => row.name.toLowerCase()));
    const views = state.schema.filter((row) => row.type === "view" && !own.has(row.name.toLowerCase()));
    const results = await connection.readAll(
        views.map((row) => ({ sql: `SELECT * FROM ${quoteName(row.name)} LIMIT 0` })),
    );
    return results.flatMap((result, at) =>
        result.ok ? [] : [{ view: views[at]?.name ?? "", message: result.message }],
    );
}

async function findBrokenTriggers(connection: Connection, { state, extra }: Adoption): Promise<Broken["triggers"]> {
    const broken: Broken["triggers"][number][] = [];
    for (const table of extra) {
        const triggers = state.schema.filter((row) => row.type === "trigger" && isSameName(row.table, table.name));
        if (triggers.length === 0) continue;
        const own = quoteName(table.name);
        const column = quoteName(table.columns.find(({ isGenerated }) => !isGenerated)?.name ?? "");
        // EXPLAIN prepares a statement together with the triggers that it fires.
        const writes = [
            { sql: `EXPLAIN INSERT INTO ${own} DEFAULT VALUES` },
            { sql: `EXPLAIN UPDATE ${own} SET ${column} = ${column}` },
            { sql: `EXPLAIN DELETE FROM ${own}` },
        ];
        const message = await findFailure(connection, writes);
        if (message === undefined) continue;
        const found: Broken["triggers"][number][] = [];
        for (const { name } of triggers) {
            const others = triggers.filter((row) => row.name !== name);
            const drops = others.map((row) => ({ sql: `DROP TRIGGER ${quoteName(row.name)}` }));
            const failure = await findFailure(connection, [...drops, ...writes]);
            if (failure !== undefined) found.push({ table: table.name, trigger: name, message: failure });
        }
        broken.push(...(found.length > 0 ? found : [{ table: table.name, message }]));
    }
    return broken;
}

// Rolled back in any case.
async function findFailure(connection: Connection, script: Script): Promise<string | undefined> {
    const { failedIndex, message } = await connection.tryOut(script);
    return failedIndex === undefined ? undefined : (message ?? "");
}
