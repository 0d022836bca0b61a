import type { Client } from "@libsql/client";
import { origins } from "../../site/origins.ts";
import { type AdoptOptions, adopt } from "../../src/cli/commands/adopt.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { readRows, readValue } from "../support/contents.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";

/** A copy of this repository's files. */
export const root = copyProject();

/** Runs `db:adopt` in this process. */
export function adoptHere(
    url: string,
    options: AdoptOptions = {},
    settings: { json?: boolean; root?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
    return runHere((context) => adopt(context, options, origins), { root, url, ...settings });
}

/** Copies a database into an empty one by `db:backup` and `db:restore`, as adoption beside the old one begins. */
export async function copyWhole(source: string, copy: string, settings: Partial<RunSettings> = {}): Promise<void> {
    const ran = await restoreHere({ url: copy, args: [await takeBackup(source, {}, settings)] });
    if (ran.code !== 0) throw new Error(ran.stderr);
}

/** Runs `db:verify`, and gives its exit code. */
export async function verifyHere(url: string): Promise<number> {
    return (await runHere(showVerification, { root, url })).code;
}

/** Every row of the tables that are not the files', and every object that belongs to them. */
export async function readExtras(client: Client): Promise<unknown> {
    const objects = await readRows(
        client,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name LIKE '%challenge%' OR tbl_name IN ('bot_state', 'feedback_processing_history') ORDER BY type, name",
    );
    const tables = ["coding_challenges", "bot_state", "feedback_processing_history"];
    const literals: unknown[] = [];
    for (const table of tables) {
        const columns = (await readRows(client, `SELECT name FROM pragma_table_info('${table}')`)).map(
            (row) => row.name,
        );
        const row = columns.map((column) => `quote("${column}")`).join(" || ',' || ");
        literals.push(await readRows(client, `SELECT ${row} AS row FROM ${table} ORDER BY 1`));
    }
    const sequence = await readValue(
        client,
        "SELECT seq FROM sqlite_sequence WHERE name = 'feedback_processing_history'",
    );
    return { objects, literals, sequence };
}

/** How many rows a table has. */
export async function countRows(client: Client, table: string, where = "TRUE"): Promise<number> {
    return Number(await readValue(client, `SELECT count(*) FROM ${table} WHERE ${where}`));
}

/** The refused rows that the side table keeps: `table row: reasons`, in order. */
export async function listRefused(client: Client): Promise<string[]> {
    const rows = await readRows(
        client,
        "SELECT source_table || ' ' || source_row || ': ' || reasons AS line FROM schema_adoption WHERE outcome = 'refused' ORDER BY id",
    );
    return rows.map((row) => String(row.line));
}
