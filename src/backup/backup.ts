import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Connection, ReadTransaction } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { openConnection } from "../database/open.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { isVirtual } from "../schema/facts.ts";
import { firstWords, formatNumber, type Manifest } from "./format.ts";
import { type DatabaseLayout, readLayout } from "./layout.ts";
import { type BackupScriptInput, writeScript } from "./script.ts";
import { seal } from "./seal.ts";
import type { PartialFile } from "./sink.ts";

export interface BackupInput {
    readonly target: Target;
    /** The tables that are wanted; all when undefined. */
    readonly only?: readonly string[] | undefined;
    readonly recipients: readonly string[];
    /** Name and version of the project, and of its schema. */
    readonly writtenBy: string;
    readonly schemaVersion: string;
    /** How long another program that has locked a file is waited for, in milliseconds. */
    readonly lock: number;
    readonly onRows: BackupScriptInput["onRows"];
    /** Called before a further try, with the reason. */
    readonly onTorn: (reason: string) => void;
    readonly begin: () => Promise<PartialFile>;
    readonly now: () => Date;
    readonly signal?: AbortSignal | undefined;
}

export interface BackupResult {
    readonly manifest: Manifest;
    /** Not yet named. */
    readonly file: PartialFile;
    /** Bytes of the file. */
    readonly size: number;
    readonly requests: number;
    readonly rowsRead: number;
}

/** How often a backup is begun. */
const attempts = 3;
/** Of 1 to 9: beyond 4 the file gets smaller by little and the time longer by much. */
const gzipLevel = 4;
const gzipChunk = 256 * 1024;

/**
 * Backs a database up into a file, in one view of it. When the server ends its read transaction, the backup starts again.
 *
 * @throws DatabaseFault of the database, AppError `transaction-timeout` where no view lasts, and what the file throws
 */
export async function takeBackup(input: BackupInput): Promise<BackupResult> {
    for (let attempt = 1; ; attempt++) {
        const result = await takeOnce(input);
        if (result) return result;
        if (attempt === attempts) {
            throw new AppError(
                "transaction-timeout",
                `${input.target.label} ended each of ${attempts} read transactions before all was read`,
                {
                    hint: "run it again when fewer write; or back up a copy (`turso db create <copy> --from-db <database>`)",
                    outcome: "No backup was kept: rows from different moments might not fit together.",
                },
            );
        }
        input.onTorn("the server ended the read transaction; the backup begins anew");
    }
}

async function takeOnce(input: BackupInput): Promise<BackupResult | undefined> {
    const { target, lock, signal } = input;
    const connection = await openConnection(target, signal, { lock, mustExist: true });
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
    const { target, signal } = input;
    const snapshot = await connection.begin("read");
    const file = await input.begin().catch(async (error: unknown) => {
        await snapshot.close();
        throw error;
    });
    try {
        const startedAt = input.now().toISOString();
        const layout = chooseTables(await readLayout(snapshot), input.only);
        let manifest: Manifest | undefined;
        const script = writeScript({
            snapshot: refuseTorn(snapshot),
            layout,
            header: renderHeader(input, layout, startedAt),
            facts: {
                format: formatNumber,
                writtenBy: input.writtenBy,
                schemaVersion: input.schemaVersion,
                database: target.label,
                startedAt,
                userVersion,
                only: input.only ?? null,
            },
            onRows: input.onRows,
            onManifest: (written) => {
                manifest = written;
            },
            now: input.now,
            signal,
        });
        const size = await file.write(pack(script, input.recipients));
        if (!manifest) throw new Error("unreachable: a script ends in its manifest");
        const { requests, rowsRead } = connection.cost;
        return { manifest, file, size, requests, rowsRead };
    } catch (error) {
        await file.leave();
        if (error === torn) return undefined;
        throw error;
    } finally {
        await snapshot.close();
    }
}

const torn = new Error("torn");

// A server may refuse it, which would end the view of everything else.
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

// As soon as it is known, and not when all has been read.
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
        throw new AppError("usage", `there is no table '${missing.join("', '")}' that could be backed up alone`, {
            hint: `the tables are: ${names.join(", ")}`,
        });
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
        ...(vectors
            ? ["-- Its vector indexes are made by libSQL only: sqlite3 reports them as errors and goes on."]
            : []),
        "-- The comment before each statement says how long it is; the last lines say what the backup holds.",
        "",
    ].join("\n");
}

async function* pack(script: AsyncGenerator<Buffer>, recipients: readonly string[]): AsyncGenerator<Buffer> {
    const gzip = createGzip({ level: gzipLevel, chunkSize: gzipChunk });
    // What fails on the way is thrown where the bytes are taken.
    const packed = pipeline(Readable.from(script, { objectMode: true, highWaterMark: 1 }), gzip);
    packed.catch(() => undefined);
    const sealed = seal(gzip);
    yield* recipients.length === 0 ? sealed : (await import("./encryption.ts")).encrypt(sealed, recipients);
    await packed;
}
