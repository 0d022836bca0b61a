import type { ReadTransaction } from "../database/connection.ts";
import { isMigratorTable, isVirtual } from "../schema/facts.ts";
import { readTableDefinition } from "../sql/create-table.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteName, quoteNames } from "../sql/quoting.ts";
import {
    type Manifest,
    renderManifest,
    renderStatement,
    type StatementNote,
    statementSize,
    type TableSummary,
} from "./format.ts";
import { createRowHash, summarizeObjects } from "./hash.ts";
import type { DatabaseLayout, RowReader, SchemaObject, StoredTable } from "./layout.ts";
import { countRows, type LiteralRow, readStoredRows } from "./rows.ts";
import { renderNoSequence, renderSequence } from "./statements.ts";

/** What a script is made of. */
export interface BackupScriptInput {
    readonly snapshot: Pick<ReadTransaction, "read" | "views">;
    readonly layout: DatabaseLayout;
    /** The lines before the script, each with its line end. */
    readonly header: string;
    /** The parts of the manifest that are not counted here. */
    readonly facts: Omit<Manifest, "tables" | "objects" | "bytes" | "views" | "endedAt" | "versions">;
    readonly onRows: (table: string, done: number, of: number) => void;
    readonly onManifest: (manifest: Manifest) => void;
    readonly now: () => Date;
    readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a database as SQL, in pieces: first tables with their rows, then indexes, views and triggers.
 * @throws DatabaseFault of the database, `interrupted` after Ctrl-C
 */
export async function* writeScript(input: BackupScriptInput): AsyncGenerator<Buffer> {
    const { layout, snapshot, facts } = input;
    const shadows = new Set(layout.tables.filter(({ isShadow }) => isShadow).map(({ name }) => name));
    const tables: TableSummary[] = [];
    let bytes = 0;
    for await (const piece of writeStatements(input, shadows, tables)) {
        bytes += piece.length;
        yield piece;
    }
    const manifest: Manifest = {
        ...facts,
        versions: await readVersions(snapshot, layout),
        endedAt: input.now().toISOString(),
        views: snapshot.views,
        tables,
        objects: summarizeObjects(layout.objects.filter(({ name }) => !shadows.has(name))),
        bytes,
    };
    input.onManifest(manifest);
    yield renderManifest(manifest);
}

// `tables` receives a summary of each table.
async function* writeStatements(
    input: BackupScriptInput,
    shadows: ReadonlySet<string>,
    tables: TableSummary[],
): AsyncGenerator<Buffer> {
    const { layout, snapshot, facts, header } = input;
    const ofType = (type: SchemaObject["type"]): SchemaObject[] =>
        layout.objects.filter((object) => object.type === type);
    yield Buffer.from(header);
    yield renderStatement("PRAGMA foreign_keys=OFF;", { does: "settings" });
    yield renderStatement("BEGIN;", { does: "begin" });
    if (facts.userVersion) yield renderStatement(`PRAGMA user_version=${facts.userVersion};`, { does: "settings" });
    // A virtual table creates its shadow tables, with rows that the backup replaces.
    for (const object of ofType("table").filter(({ name }) => !shadows.has(name))) yield renderObject(object);
    for (const name of shadows)
        yield renderStatement(`DELETE FROM ${quoteName(name)};`, { does: "clear", table: name });
    for (const table of layout.tables) tables.push(yield* writeRows(input, table));
    if (layout.hasSequences) yield* await renderSequences(snapshot, layout);
    for (const type of ["index", "view", "trigger"] as const) yield* ofType(type).map(renderObject);
    yield renderStatement("COMMIT;", { does: "commit" });
}

function renderObject({ type, name, table, sql }: SchemaObject): Buffer {
    // A comment at the end would hide the semicolon.
    const last = tokenize(sql).at(-1);
    const end = last?.kind === "comment" && last.text.startsWith("--") ? "\n;" : ";";
    return renderStatement(`${sql}${end}`, { does: type, name, table });
}

async function* writeRows(input: BackupScriptInput, table: StoredTable): AsyncGenerator<Buffer, TableSummary> {
    const count = await countRows(input.snapshot, table);
    const hash = createRowHash();
    const statement = collectRows(table);
    for await (const rows of readStoredRows(input.snapshot, table, { count, signal: input.signal })) {
        for (const row of rows) {
            hash.add(row.literals);
            const full = statement.add(row);
            if (full) yield full;
        }
        input.onRows(table.name, hash.rows, count);
    }
    const last = statement.end();
    if (last) yield last;
    return { name: table.name, rows: hash.rows, sha256: hash.digest() };
}

// Collects rows; each function returns the statement that is complete, if one is.
function collectRows({ name, columns, order: { columns: key, isRowid } }: StoredTable) {
    const names = [...(isRowid ? key : []), ...columns.map((column) => column.name)];
    const head = Buffer.from(`INSERT INTO ${quoteName(name)} (${quoteNames(names)}) VALUES\n`);
    let pieces: Buffer[] = [];
    let lengths: number[] = [];
    let size = 0;
    const end = (): Buffer | undefined => {
        if (lengths.length === 0) return undefined;
        const body = [head, ...pieces, Buffer.from(");")];
        const note: Omit<StatementNote, "bytes"> = { does: "rows", table: name, rows: lengths };
        [pieces, lengths, size] = [[], [], 0];
        return renderStatement(body, isRowid ? { ...note, rowid: true } : note);
    };
    return {
        add: ({ rowid, literals }: LiteralRow): Buffer | undefined => {
            const full = size > 0 && size + literals.length > statementSize ? end() : undefined;
            pieces.push(
                Buffer.from(`${lengths.length === 0 ? "(" : "),\n("}${rowid === undefined ? "" : `${rowid}, `}`),
                literals,
            );
            lengths.push(literals.length);
            size += literals.length;
            return full;
        },
        end,
    };
}

// With sqlite_sequence, an id that was used once is not used again. A row that a table without AUTOINCREMENT left there has
// no meaning, and a restored database may lack sqlite_sequence.
async function renderSequences(snapshot: RowReader, { tables, objects }: DatabaseLayout): Promise<Buffer[]> {
    const answer = await snapshot.read({ sql: "SELECT CAST(name AS BLOB), seq FROM sqlite_sequence" });
    return (answer?.rows ?? []).flatMap(([bytes, sequence]) => {
        const table = Buffer.from(bytes as Uint8Array).toString();
        const isCounted = ({ type, name, sql }: SchemaObject): boolean =>
            type === "table" && name === table && readTableDefinition(sql).isAutoincrement;
        const isStored = tables.some(({ name }) => name === table) && objects.some(isCounted);
        if (!isStored || typeof sequence !== "bigint") return [];
        const note = { does: "sequence", table } as const;
        return [renderStatement(renderNoSequence(table), note), renderStatement(renderSequence(table, sequence), note)];
    });
}

async function readVersions(snapshot: RowReader, { objects }: DatabaseLayout): Promise<Record<string, number>> {
    const versions: Record<string, number> = {};
    for (const { type, name, sql } of objects) {
        const isVersions = type === "table" && isMigratorTable(name) && name.startsWith("schemaversion");
        if (!isVersions || isVirtual({ sql })) continue;
        const answer = await snapshot.read({ sql: `SELECT max(version) FROM ${quoteName(name)}` });
        versions[name] = Number(answer?.rows[0]?.[0] ?? 0);
    }
    return versions;
}
