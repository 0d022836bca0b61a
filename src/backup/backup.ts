import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Connection, ReadTransaction } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { openConnection } from "../database/open.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { isVirtual } from "../schema/facts.ts";
import { findUnmakeable, type UnmakeableObject } from "../schema/unmakeable.ts";
import { suggest } from "../text/similar.ts";
import { firstWords, formatNumber, type Manifest } from "./format.ts";
import { type DatabaseLayout, readLayout } from "./layout.ts";
import { type BackupScriptInput, writeScript } from "./script.ts";
import { seal } from "./seal.ts";
import type { PartialFile } from "./sink.ts";

export interface BackupInput {
    readonly target: Target;
    /** Tables to back up; all when undefined. */
    readonly only?: readonly string[] | undefined;
    readonly recipients: readonly string[];
    /** Name and version of the project, and of its schema. */
    readonly writtenBy: string;
    readonly schemaVersion: string;
    /** How long to wait for another program that has locked a file, in milliseconds. */
    readonly lock: number;
    readonly onRows: BackupScriptInput["onRows"];
    /** Called before another attempt, with the reason. */
    readonly onTorn: (reason: string) => void;
    readonly begin: () => Promise<PartialFile>;
    readonly now: () => Date;
    readonly signal?: AbortSignal | undefined;
}

export interface BackupResult {
    readonly manifest: Manifest;
    /** Does not have its name yet. */
    readonly file: PartialFile;
    /** In bytes. */
    readonly size: number;
    readonly requests: number;
    /** Null where the server counts none. */
    readonly rowsRead: number | null;
    /** Objects that a restore changes or leaves out. */
    readonly unmakeable: readonly UnmakeableObject[];
}

const attempts = 3;
/** Of 1 to 9: beyond 4 it takes much longer, and the file is hardly smaller. */
const gzipLevel = 4;
const gzipChunk = 256 * 1024;

/**
 * Backs up a database into a file, in one read transaction. When the server ends that, the backup starts again.
 *
 * @throws DatabaseFault, AppError `transaction-timeout` when the server ends each attempt, and what writing the file throws
 */
export async function takeBackup(input: BackupInput): Promise<BackupResult> {
    for (let attempt = 1; ; attempt++) {
        const result = await takeOnce(input);
        if (result) return result;
        if (attempt === attempts) {
            const message = `${input.target.label} ended each of ${attempts} read transactions before everything was read`;
            throw new AppError("transaction-timeout", message, {
                hint: "run it again when there are fewer writes; or back up a copy (`turso db create <copy> --from-db <database>`)",
                outcome: "No backup was kept: rows from different moments might not fit together.",
            });
        }
        input.onTorn("the server ended the read transaction; the backup starts again");
    }
}

async function takeOnce(input: BackupInput): Promise<BackupResult | undefined> {
    const connection = await openConnection(input.target, input.signal, { lock: input.lock, mustExist: true });
    try {
        return await readInto(input, connection, await readUserVersion(connection));
    } finally {
        connection.close();
    }
}

async function readInto(
    input: BackupInput,
    connection: Connection,
    userVersion: number | null,
): Promise<BackupResult | undefined> {
    const { target, only, recipients, writtenBy, schemaVersion, onRows, now, signal } = input;
    const snapshot = await connection.begin("read");
    const file = await input.begin().catch(async (error: unknown) => {
        await snapshot.close();
        throw error;
    });
    try {
        const startedAt = now().toISOString();
        const layout = chooseTables(await readLayout(snapshot), only);
        let manifest: Manifest | undefined;
        const script = writeScript({
            snapshot: refuseTorn(snapshot),
            layout,
            header: renderHeader(input, layout, startedAt),
            facts: {
                ...{ format: formatNumber, writtenBy, schemaVersion, startedAt, userVersion },
                database: target.label,
                only: only ?? null,
            },
            onRows,
            onManifest: (written) => {
                manifest = written;
            },
            now,
            signal,
        });
        const size = await file.write(pack(script, recipients));
        if (!manifest) throw new Error("unreachable: a script ends in its manifest");
        const { requests } = connection.cost;
        const rowsRead = connection.countsRows || requests === 0 ? connection.cost.rowsRead : null;
        return { manifest, file, size, requests, rowsRead, unmakeable: await findUnmakeable(layout.objects) };
    } catch (error) {
        await file.leave();
        if (error === torn) return undefined;
        throw error;
    } finally {
        await snapshot.close();
    }
}

const torn = new Error("torn");

// In a transaction of its own: a server may refuse it, and would then end the transaction.
async function readUserVersion(connection: Connection): Promise<number | null> {
    const snapshot = await connection.begin("read");
    try {
        const answer = await snapshot.read({ sql: "SELECT * FROM pragma_user_version" });
        return Number(answer?.rows[0]?.[0] ?? 0);
    } catch (error) {
        if (error instanceof DatabaseFault && error.kind === "sql") return null;
        throw error;
    } finally {
        await snapshot.close();
    }
}

// Fails at once, and not when everything has been read.
function refuseTorn(snapshot: ReadTransaction): BackupScriptInput["snapshot"] {
    return {
        read: async (query) => {
            const answer = await snapshot.read(query);
            if (snapshot.views > 1) throw torn;
            return answer;
        },
        get views() {
            return snapshot.views;
        },
    };
}

function chooseTables(layout: DatabaseLayout, only: readonly string[] | undefined): DatabaseLayout {
    if (only === undefined) return layout;
    const names = layout.tables.filter(({ isShadow }) => !isShadow).map(({ name }) => name);
    const missing = only.filter((name) => !names.includes(name));
    if (missing.length > 0) {
        throw new AppError(
            "usage",
            `there is no table '${missing.join("', '")}' to back up${suggest(missing[0] ?? "", names)}`,
            {
                hint: `the tables are: ${names.join(", ")}`,
            },
        );
    }
    const isWanted = (table: string): boolean => only.includes(table);
    return {
        ...layout,
        objects: layout.objects.filter(({ type, table }) => (type === "table" || type === "index") && isWanted(table)),
        tables: layout.tables.filter(({ name }) => isWanted(name)),
    };
}

function renderHeader(input: BackupInput, { objects }: DatabaseLayout, startedAt: string): string {
    const { target, only, writtenBy, recipients } = input;
    const virtual = objects.some((object) => object.type === "table" && isVirtual(object));
    const vectors = objects.some(({ type, sql }) => type === "index" && /\blibsql_vector_idx\b/i.test(sql));
    const what = only === undefined ? "Everything" : `The tables ${only.join(", ")}`;
    const unpack = `${recipients.length > 0 ? "age -d -i key.txt FILE | gunzip" : "gunzip -c FILE"}`;
    return [
        `${firstWords}${formatNumber}`,
        `-- ${what} of ${target.label}, read from ${startedAt} on, by ${writtenBy}.`.replace(/[\r\n]+/g, " "),
        "-- Restore it with `pnpm db:restore FILE`, which checks it first, or without this project:",
        `--     ${unpack} | sqlite3${virtual ? " -cmd '.dbconfig defensive off'" : ""} new.db`,
        ...(virtual ? ["-- (From sqlite3 3.42 on, virtual tables ask for that option; before, leave it out.)"] : []),
        ...(vectors ? ["-- Only libSQL creates its vector indexes: sqlite3 reports them as errors and goes on."] : []),
        "-- The comment before each statement gives its length; the last lines list what the backup holds.",
        "",
    ].join("\n");
}

async function* pack(script: AsyncGenerator<Buffer>, recipients: readonly string[]): AsyncGenerator<Buffer> {
    const gzip = createGzip({ level: gzipLevel, chunkSize: gzipChunk });
    // A failure is thrown where the bytes are consumed.
    const packed = pipeline(Readable.from(script, { objectMode: true, highWaterMark: 1 }), gzip);
    packed.catch(() => undefined);
    const sealed = seal(gzip);
    yield* recipients.length === 0 ? sealed : (await import("./encryption.ts")).encrypt(sealed, recipients);
    await packed;
}
