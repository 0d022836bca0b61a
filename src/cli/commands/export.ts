import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Connection } from "../../database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { type ExportedRow, exportRows, type LeftOut } from "../../loading/exports/rows.ts";
import { asArray, type ExportForms } from "../../loading/exports/shapes.ts";
import type { Loader } from "../../loading/loader.ts";
import type { BundledSeeds } from "../../loading/seeds.ts";
import { isBookkeeping, isVirtual, listComparable } from "../../schema/facts.ts";
import type { SchemaRow } from "../../schema/row.ts";
import { isSameName } from "../../sql/names.ts";
import { showEachByte } from "../../text/decode.ts";
import { createFolder } from "../../text/folder.ts";
import { suggest } from "../../text/similar.ts";
import { writeJson } from "../../text/written.ts";
import { openExisting, refuseUndeployed, withConnection } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { conclude, countOf } from "../report.ts";

/** Names every table, also those that are exported only by name. */
const everything = "all";

const incomplete = "The export is incomplete. The database was not changed.";

export interface ExportOptions {
    readonly force?: boolean;
}

/** db:export: writes every table, or the named ones, into a folder in the formats that `--from` loads. */
export async function exportTables(
    context: Context,
    options: ExportOptions,
    bundled: BundledSeeds,
    { shapes, personal, whyPersonal }: ExportForms,
): Promise<ExitCode> {
    const { output, root } = context;
    const [target, ...names] = context.args;
    const loaders = await bundled.loaders();
    const chosen = chooseLoaders(loaders, names, personal);
    const isWhole = names.length === 0 || names.includes(everything);
    const [first] = chosen;
    const folder = resolve(root, target ?? "");
    await refuseOccupied(folder, options.force ?? false);
    const connection = await openExisting(context, "read");
    return withConnection(
        connection,
        async () => {
            const schema = first && (await refuseUndeployed(context, connection, first.table, { anyVersion: true }));
            if (!schema)
                output.note(
                    "This project has no loader, so no table has a format. `pnpm db:backup` writes every table.",
                );
            const counts: Record<string, number> = {};
            const leftOut: Record<string, LeftOut[]> = {};
            for (const loader of chosen) {
                const left: LeftOut[] = [];
                const shape = shapes[loader.name] ?? asArray(`${loader.name}.json`);
                counts[loader.name] = await exportTable(
                    connection,
                    loader,
                    (row) => left.push(row),
                    async (rows) => {
                        for await (const [path, content] of shape(rows))
                            await writeText(join(folder, path), `${writeJson(content, 2)}\n`);
                    },
                );
                output.field("Exported", `${loader.name}: ${countOf(counts[loader.name] ?? 0, "row")}`);
                if (left.length > 0) leftOut[loader.table] = left;
            }
            const notExported = names.length === 0 ? personal : [];
            showNotExported(output, notExported, `${whyPersonal}; name them, or \`${everything}\``);
            const withoutLoader = schema && isWhole ? findUnread(schema, loaders) : [];
            const them = withoutLoader.length === 1 ? "it" : "them";
            showNotExported(output, withoutLoader, `no loader reads ${them}; \`pnpm db:backup\` has ${them}`);
            const lost = warnOfLeftOut(output, leftOut);
            const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
            conclude(
                context,
                connection,
                `Exported ${countOf(total, "row")} to ${target}${lost > 0 ? `, ${lost} left out` : ""}.`,
                {
                    database: connection.target.label,
                    folder: target,
                    counts,
                    notExported,
                    withoutLoader,
                    ...(lost > 0 ? { leftOut } : {}),
                },
            );
            return lost > 0 ? exitCodes.rejected : exitCodes.done;
        },
        incomplete,
    );
}

function showNotExported(output: Output, names: readonly string[], why: string): void {
    if (names.length > 0) output.field("Left out", `${names.join(", ")}: ${why}`);
}

// The tables of a whole export that have no format, such as those of an optional set.
function findUnread(schema: readonly SchemaRow[], loaders: readonly Loader[]): string[] {
    return listComparable(schema)
        .filter((row) => row.type === "table" && !isVirtual(row) && !isBookkeeping(row))
        .filter(({ name }) => !loaders.some(({ table }) => isSameName(table, name)))
        .map(({ name }) => name);
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

// Hands a table's rows to `write`, and counts them.
async function exportTable(
    connection: Connection,
    loader: Loader,
    leaveOut: (row: LeftOut) => void,
    write: (rows: AsyncIterable<ExportedRow>) => Promise<void>,
): Promise<number> {
    let count = 0;
    async function* counted(): AsyncGenerator<ExportedRow> {
        for await (const row of exportRows(connection, loader, leaveOut)) {
            count++;
            yield row;
        }
    }
    await write(counted());
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

function chooseLoaders(
    loaders: readonly Loader[],
    names: readonly string[],
    personal: readonly string[],
): readonly Loader[] {
    const known = [...loaders.map((loader) => loader.name), everything];
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) {
        throw new AppError("usage", `cannot export '${unknown}': unknown name${suggest(unknown, known)}`, {
            hint:
                loaders.length === 0
                    ? "this project has no loader: add one in seeds/"
                    : `name any of ${known.join(", ")}`,
        });
    }
    if (names.includes(everything)) return loaders;
    return loaders.filter(({ name }) => (names.length === 0 ? !personal.includes(name) : names.includes(name)));
}

async function refuseOccupied(folder: string, force: boolean): Promise<void> {
    const entries = await readdir(folder).catch(() => []);
    if (entries.length === 0 || force) return;
    throw new AppError("usage", `'${folder}' is not empty`, {
        hint: "name a new folder, or overwrite it with `--force`",
    });
}
