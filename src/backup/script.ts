import type { ReadTransaction } from "../database/connection.ts";
import { isMigratorTable, isVirtual } from "../schema/facts.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteName } from "../sql/quoting.ts";
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
    /** Called as rows are read. */
    readonly onRows: (table: string, done: number, of: number) => void;
    readonly onManifest: (manifest: Manifest) => void;
    readonly now: () => Date;
    readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a database as SQL, in pieces: first tables with their rows, then indexes, views and triggers.
 *
 * @throws DatabaseFault of the database, `interrupted` after Ctrl-C
 */
export async function* writeScript(input: BackupScriptInput): AsyncGenerator<Buffer> {
    const { layout, snapshot, facts } = input;
    let bytes = 0;
    const count = (piece: Buffer): Buffer => {
        bytes += piece.length;
        return piece;
    };
    const ofType = (type: SchemaObject["type"]): SchemaObject[] =>
        layout.objects.filter((object) => object.type === type);
    yield count(Buffer.from(input.header));
    yield count(renderStatement("PRAGMA foreign_keys=OFF;", { does: "settings" }));
    yield count(renderStatement("BEGIN;", { does: "begin" }));
    if (facts.userVersion) {
        yield count(renderStatement(`PRAGMA user_version=${facts.userVersion};`, { does: "settings" }));
    }
    const shadows = new Set(layout.tables.filter(({ isShadow }) => isShadow).map(({ name }) => name));
    // A virtual table creates its shadow tables, with rows that the backup replaces.
    for (const object of ofType("table").filter(({ name }) => !shadows.has(name))) yield count(renderObject(object));
    for (const name of shadows) {
        yield count(renderStatement(`DELETE FROM ${quoteName(name)};`, { does: "clear", table: name }));
    }
    const tables: TableSummary[] = [];
    for (const table of layout.tables) {
        const rows = writeRows(input, table);
        for (let step = await rows.next(); ; step = await rows.next()) {
            if (step.done) {
                tables.push(step.value);
                break;
            }
            yield count(step.value);
        }
    }
    if (layout.hasSequences) for (const piece of await writeSequences(snapshot, layout)) yield count(piece);
    for (const type of ["index", "view", "trigger"] as const) {
        for (const object of ofType(type)) yield count(renderObject(object));
    }
    yield count(renderStatement("COMMIT;", { does: "commit" }));
    const objects = summarizeObjects(layout.objects.filter(({ name }) => !shadows.has(name)));
    const manifest: Manifest = {
        ...facts,
        versions: await readVersions(snapshot, layout),
        endedAt: input.now().toISOString(),
        views: snapshot.views,
        tables,
        objects,
        bytes,
    };
    input.onManifest(manifest);
    yield renderManifest(manifest);
}

function renderObject({ type, name, table, sql }: SchemaObject): Buffer {
    // A comment at the end would hide the semicolon.
    const last = tokenize(sql).at(-1);
    const end = last?.kind === "comment" && last.text.startsWith("--") ? "\n;" : ";";
    return renderStatement(`${sql}${end}`, { does: type, name, table });
}

const noBytes = Buffer.alloc(0);

async function* writeRows(input: BackupScriptInput, table: StoredTable): AsyncGenerator<Buffer, TableSummary> {
    const count = await countRows(input.snapshot, table);
    const hash = createRowHash();
    const statement = collectRows(table);
    for await (const rows of readStoredRows(input.snapshot, table, { count, signal: input.signal })) {
        for (const row of rows) {
            hash.add(row.literals);
            const full = statement.add(row);
            if (full.length > 0) yield full;
        }
        input.onRows(table.name, hash.rows, count);
    }
    const last = statement.end();
    if (last.length > 0) yield last;
    return { name: table.name, rows: hash.rows, sha256: hash.digest() };
}

interface RowCollector {
    /** Returns a statement when it is full, else no bytes. */
    add(row: LiteralRow): Buffer;
    end(): Buffer;
}

function collectRows({ name, columns, order: { columns: key, isRowid } }: StoredTable): RowCollector {
    const names = [...(isRowid ? key : []), ...columns.map((column) => column.name)];
    const head = Buffer.from(`INSERT INTO ${quoteName(name)} (${names.map(quoteName).join(", ")}) VALUES\n`);
    let pieces: Buffer[] = [];
    let lengths: number[] = [];
    let size = 0;
    const end = (): Buffer => {
        if (lengths.length === 0) return noBytes;
        const body = [head, ...pieces, Buffer.from(");")];
        const note: Omit<StatementNote, "bytes"> = { does: "rows", table: name, rows: lengths };
        [pieces, lengths, size] = [[], [], 0];
        return renderStatement(body, isRowid ? { ...note, rowid: true } : note);
    };
    return {
        add: ({ rowid, literals }) => {
            const full = size > 0 && size + literals.length > statementSize ? end() : noBytes;
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

// With sqlite_sequence, an id that was used once is not used again.
async function writeSequences(snapshot: RowReader, { tables }: DatabaseLayout): Promise<Buffer[]> {
    const answer = await snapshot.read({ sql: "SELECT CAST(name AS BLOB), seq FROM sqlite_sequence" });
    return (answer?.rows ?? []).flatMap(([bytes, sequence]) => {
        const table = Buffer.from(bytes as Uint8Array).toString();
        if (!tables.some(({ name }) => name === table) || typeof sequence !== "bigint") return [];
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
