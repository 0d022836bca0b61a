import type { Connection, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { isMigratorTable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { type LiveTable, readRows, readTables } from "./live-tables.ts";

/** A table as the files make it, with everything that refuses a row. */
export interface TargetTable extends LiveTable {
    readonly isStrict: boolean;
    readonly isAutoincrement: boolean;
    readonly indexes: readonly SchemaRow[];
    readonly checks: readonly Check[];
    readonly uniques: readonly Unique[];
    readonly references: readonly TableReference[];
    /** Rows that the migrations themselves insert, as lists of literals. */
    readonly content: readonly string[];
}

export interface Check {
    readonly name: string;
    readonly expression: string;
}

export interface Unique {
    readonly columns: readonly string[];
    readonly collations: readonly string[];
}

export interface TableReference {
    readonly columns: readonly string[];
    readonly parent: string;
    readonly parentColumns: readonly string[];
}

/** The schema that a database has after adoption. */
export interface TargetSchema {
    readonly schema: readonly SchemaRow[];
    /** The tables that are not the migrator's; what others point to comes first. */
    readonly tables: readonly TargetTable[];
}

/** Reads what a fresh deploy of all files leads to. */
export async function readTargetSchema(core: MigrationSet): Promise<TargetSchema> {
    const connection = await deployScratch([core], core.migrations, { unjudged: true });
    try {
        const { schema } = await readState(connection, [core]);
        const rows = schema.filter(({ type, name: table }) => type === "table" && isOurs(table));
        const tables = await readTables(connection, rows);
        const described: TargetTable[] = [];
        for (const table of tables) described.push(await describeTable(connection, table, schema));
        return { schema, tables: sortByReference(described) };
    } finally {
        connection.close();
    }
}

function isOurs(table: string): boolean {
    return !table.startsWith("sqlite_") && !isMigratorTable(table);
}

async function describeTable(
    connection: Connection,
    table: LiveTable,
    schema: readonly SchemaRow[],
): Promise<TargetTable> {
    const tokens = tokenize(table.sql).filter(isSignificant);
    const options = tokens.slice(tokens.findLastIndex((token) => token.text === ")") + 1);
    const stored = table.columns.filter((column) => !column.isGenerated);
    const literals = stored.map((column) => `quote(${quoteName(column.name)})`).join(" || ', ' || ");
    const content = await readRows(connection, { sql: `SELECT ${literals} AS row FROM ${quoteName(table.name)}` });
    return {
        ...table,
        isStrict: options.some((token) => isKeyword(token, "STRICT")),
        isAutoincrement: tokens.some((token) => isKeyword(token, "AUTOINCREMENT")),
        indexes: schema.filter((row) => row.type === "index" && row.sql !== null && row.table === table.name),
        checks: findChecks(table.sql),
        uniques: await readUniques(connection, table),
        references: await readReferences(connection, table),
        content: content.map((row) => String(row.row)),
    };
}

/** The CHECKs of a CREATE TABLE, each with its name; one without a name is named by its text. */
export function findChecks(sql: string): Check[] {
    const tokens = tokenize(sql);
    const significant = tokens.filter(isSignificant);
    return significant.flatMap((token, at): Check[] => {
        if (!isKeyword(token, "CHECK") || significant[at + 1]?.text !== "(") return [];
        const open = significant[at + 1] as Token;
        const expression = sql.slice(open.offset + 1, findClose(significant, at + 1).offset).trim();
        const isNamed = isKeyword(significant[at - 2], "CONSTRAINT");
        const label = isNamed ? readName(significant[at - 1] as Token) : expression.replace(/\s+/g, " ");
        return [{ name: label, expression }];
    });
}

function findClose(tokens: readonly Token[], open: number): Token {
    let depth = 0;
    for (const token of tokens.slice(open)) {
        if (token.kind !== "operator") continue;
        if (token.text === "(") depth++;
        if (token.text === ")") depth--;
        if (depth === 0) return token;
    }
    throw new Error("unreachable: SQLite has taken the statement");
}

async function readUniques(connection: Connection, table: LiveTable): Promise<Unique[]> {
    const rows = await readRows(connection, {
        sql:
            `SELECT list.name AS "index", info.name AS column, info.coll AS collation FROM pragma_index_list(${quoteText(table.name)}) AS list ` +
            `JOIN pragma_index_xinfo(list.name) AS info WHERE list."unique" = 1 AND list.partial = 0 AND info.key = 1 ` +
            "ORDER BY list.origin = 'pk' DESC, list.name, info.seqno",
    });
    const uniques = groupRows(rows, "index").map((columns) => ({
        columns: columns.map((row) => String(row.column)),
        collations: columns.map((row) => String(row.collation)),
    }));
    const alias = findRowidAlias(table);
    return alias === undefined ? uniques : [{ columns: [alias], collations: ["BINARY"] }, ...uniques];
}

/** The column that is the row's number itself; undefined where there is none. */
export function findRowidAlias({ columns, rowid }: LiveTable): string | undefined {
    const key = columns.filter((column) => column.key > 0);
    return rowid !== undefined && key.length === 1 && key[0]?.type === "INTEGER" ? key[0].name : undefined;
}

async function readReferences(connection: Connection, table: LiveTable): Promise<TableReference[]> {
    const rows = await readRows(connection, {
        sql: `SELECT id, "table" AS parent, "from" AS child, "to" AS key FROM pragma_foreign_key_list(${quoteText(table.name)}) ORDER BY id DESC, seq`,
    });
    return groupRows(rows, "id").map((columns) => ({
        parent: String(columns[0]?.parent),
        columns: columns.map((row) => String(row.child)),
        parentColumns: columns.map((row) => String(row.key)),
    }));
}

function groupRows(rows: readonly Row[], column: string): Row[][] {
    const groups = new Map<unknown, Row[]>();
    for (const row of rows) groups.set(row[column], [...(groups.get(row[column]) ?? []), row]);
    return [...groups.values()];
}

function sortByReference(tables: readonly TargetTable[]): TargetTable[] {
    const sorted: TargetTable[] = [];
    const isFree = (table: TargetTable): boolean =>
        table.references.every(({ parent }) => sorted.some((other) => isSameName(other.name, parent)));
    for (let left = [...tables]; left.length > 0; left = left.filter((table) => !sorted.includes(table))) {
        const next = left.find(isFree);
        if (!next) {
            throw new AppError(
                "invalid-files",
                `the tables ${left.map((table) => table.name).join(", ")} point to each other`,
                {
                    hint: "adoption takes one table after the other, so it cannot tell which of their rows would be refused",
                    outcome: "Nothing was changed.",
                },
            );
        }
        sorted.push(next);
    }
    return sorted;
}
