import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { loaders } from "../seeds/index.ts";
import { openExisting, withConnection } from "../src/cli/open.ts";
import type { Output } from "../src/cli/output.ts";
import type { Context } from "../src/cli/program.ts";
import { conclude, countOf } from "../src/cli/report.ts";
import type { Connection } from "../src/database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../src/errors.ts";
import type { Loader } from "../src/loading/loader.ts";
import { suggest } from "../src/sql/similar.ts";
import { showEachByte } from "../src/text/decode.ts";
import { createFolder } from "../src/text/folder.ts";
import { writeJson } from "../src/text/json.ts";
import { refuseUndeployed } from "./deployed.ts";
import { type ExportedRow, exportRows, type LeftOut } from "./export-rows.ts";

/** Converts a table's rows to the format of its loader; yields files by path below the folder. */
type Shape = (rows: AsyncIterable<ExportedRow>) => AsyncGenerator<readonly [path: string, content: unknown]>;

const asArray = (path: string): Shape =>
    async function* (rows) {
        yield [path, await collect(rows)];
    };

const wrapped = (path: string, wrapper: string): Shape =>
    async function* (rows) {
        yield [path, { [wrapper]: await collect(rows) }];
    };

const shapes: Readonly<Record<string, Shape>> = {
    users: wrapped("users.json", "users"),
    questions: async function* (rows) {
        for (const [channel, list] of await groupBy(rows, (row) => String(row.channel))) {
            yield [`questions/${toFileName(channel)}.json`, list];
        }
    },
    "channel-mappings": async function* (rows) {
        const channels: Record<string, { subChannels: Record<string, unknown[]> }> = {};
        for await (const { channelId, subChannel, questionId } of rows) {
            channels[String(channelId)] ??= { subChannels: {} };
            const subChannels = channels[String(channelId)]?.subChannels ?? {};
            subChannels[String(subChannel)] = [...(subChannels[String(subChannel)] ?? []), questionId];
        }
        yield ["channel-mappings.json", { channels }];
    },
    certifications: asArray("certifications.json"),
    "learning-paths": asArray("learning-paths.json"),
    "voice-sessions": asArray("voice-sessions.json"),
    "question-relationships": wrapped("question-relationships.json", "relationships"),
    "user-sessions": wrapped("user-sessions.json", "userSessions"),
    "question-history": async function* (rows) {
        const items = await groupBy(rows, ({ questionType, questionId }) => JSON.stringify([questionType, questionId]));
        for (const [key, events] of items) {
            const [questionType, questionId] = JSON.parse(key) as [string, string];
            const name = toFileName(questionType === "question" ? questionId : `${questionType} ${questionId}`);
            yield [`history/${name}.json`, describeItem(questionId, questionType, events)];
        }
    },
    "work-queue": wrapped("bots/queue.json", "queue"),
    "bot-ledger": wrapped("bots/ledger.json", "ledger"),
    "bot-runs": wrapped("bots/runs.json", "runs"),
};

/** Exported only if named: they contain people's names and password hashes. */
const personal = ["users", "user-sessions"];

const incomplete = "The export is incomplete. The database was not changed.";

export interface ExportOptions {
    readonly force?: boolean;
}

/** db:export: writes every table, or the named ones, into a folder in the formats that `--from` loads. */
export async function exportTables(context: Context, options: ExportOptions): Promise<ExitCode> {
    const { output, root } = context;
    const [target, ...names] = context.args;
    const chosen = chooseLoaders(names);
    const folder = resolve(root, target ?? "");
    await refuseOccupied(folder, options.force ?? false);
    const connection = await openExisting(context, "read");
    return withConnection(
        connection,
        async () => {
            await refuseUndeployed(root, connection, "questions", { anyVersion: true });
            const counts: Record<string, number> = {};
            const leftOut: Record<string, LeftOut[]> = {};
            for (const loader of chosen) {
                const left: LeftOut[] = [];
                counts[loader.name] = await exportTable(connection, loader, folder, (row) => left.push(row));
                output.field("Exported", `${loader.name}: ${countOf(counts[loader.name] ?? 0, "row")}`);
                if (left.length > 0) leftOut[loader.table] = left;
            }
            const lost = warnOfLeftOut(output, leftOut);
            const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
            conclude(
                context,
                connection,
                `Exported ${countOf(total, "row")} to ${target}${lost > 0 ? `, ${lost} left out` : ""}.`,
                {
                    folder: target,
                    counts,
                    ...(lost > 0 ? { leftOut } : {}),
                },
            );
            return lost > 0 ? exitCodes.rejected : exitCodes.done;
        },
        incomplete,
    );
}

/** How many rows that were left out are named. */
const namedRows = 20;

// Names the rows that are not in the export, and returns how many they are.
function warnOfLeftOut(output: Output, leftOut: Readonly<Record<string, readonly LeftOut[]>>): number {
    const rows = Object.entries(leftOut).flatMap(([table, list]) => list.map((row) => ({ table, ...row })));
    for (const { table, column, key } of rows.slice(0, namedRows)) {
        const values = Object.entries(key).map(([name, value]) => `${name} '${showEachByte(String(value))}'`);
        output.warn(`left out ${table}, ${values.join(", ")}: the text of '${column}' is not UTF-8`);
    }
    if (rows.length > namedRows) output.warn(`and ${rows.length - namedRows} more`);
    if (rows.length > 0) output.warn("load a correct record of each row: it replaces the text that is not UTF-8");
    return rows.length;
}

async function exportTable(
    connection: Connection,
    loader: Loader,
    folder: string,
    leaveOut: (row: LeftOut) => void,
): Promise<number> {
    let count = 0;
    async function* counted(): AsyncGenerator<ExportedRow> {
        for await (const row of exportRows(connection, loader, leaveOut)) {
            count++;
            yield row;
        }
    }
    const shape = shapes[loader.name] ?? asArray(`${loader.name}.json`);
    for await (const [path, content] of shape(counted())) {
        await writeText(join(folder, path), `${writeJson(content, 2)}\n`);
    }
    return count;
}

// Only its user may read it: the rows of any table may be about people. An earlier file would keep its mode.
async function writeText(file: string, text: string): Promise<void> {
    try {
        await createFolder(dirname(file), 0o700);
        await rm(file, { force: true });
        await writeFile(file, text, { flag: "wx", mode: 0o600 });
    } catch (error) {
        const { code = "unknown" } = error as NodeJS.ErrnoException;
        throw new AppError("cannot-open", `${file} cannot be written (${code})`, {
            hint: "name a folder that you may write to, on a disk with room",
            outcome: incomplete,
            cause: error,
        });
    }
}

function chooseLoaders(names: readonly string[]): readonly Loader[] {
    const unknown = names.find((name) => !loaders.some((loader) => loader.name === name));
    if (unknown !== undefined) {
        const known = loaders.map((loader) => loader.name);
        throw new AppError("usage", `cannot export '${unknown}': unknown name${suggest(unknown, known)}`, {
            hint: `name any of ${known.join(", ")}`,
        });
    }
    return loaders.filter(({ name }) => (names.length === 0 ? !personal.includes(name) : names.includes(name)));
}

async function refuseOccupied(folder: string, force: boolean): Promise<void> {
    const entries = await readdir(folder).catch(() => []);
    if (entries.length === 0 || force) return;
    throw new AppError("usage", `'${folder}' is not empty`, {
        hint: "name a new folder, or overwrite it with `--force`",
    });
}

async function collect(rows: AsyncIterable<ExportedRow>): Promise<ExportedRow[]> {
    const list: ExportedRow[] = [];
    for await (const row of rows) list.push(row);
    return list;
}

async function groupBy(
    rows: AsyncIterable<ExportedRow>,
    keyOf: (row: ExportedRow) => string,
): Promise<Map<string, ExportedRow[]>> {
    const groups = new Map<string, ExportedRow[]>();
    for await (const row of rows) {
        const group = groups.get(keyOf(row));
        if (group) group.push(row);
        else groups.set(keyOf(row), [row]);
    }
    return groups;
}

function describeItem(questionId: string, questionType: string, events: readonly ExportedRow[]): ExportedRow {
    const latest = events.reduce((last, event) => (String(event.createdAt) > String(last.createdAt) ? event : last));
    const eventTypes: Record<string, number> = {};
    for (const { eventType } of events) eventTypes[String(eventType)] = (eventTypes[String(eventType)] ?? 0) + 1;
    return {
        questionId,
        questionType,
        totalEvents: events.length,
        latestEvent: { eventType: latest.eventType, createdAt: latest.createdAt },
        eventTypes,
        history: events.map(({ questionId: _id, questionType: _type, ...event }) => event),
    };
}

// An id may contain a slash; and names that differ only in case would collide on some file systems.
function toFileName(id: string): string {
    return encodeURIComponent(id).replace(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`);
}
