import type { Query, Row } from "../database/connection.ts";
import { isReserved } from "../sql/keywords.ts";
import { isKeyword, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";

/** An index as a plan may use it. */
export interface IndexFacts {
    readonly table: string;
    /** Its columns in order; `<expression>` for one that is computed. */
    readonly columns: readonly string[];
}

/** What a plan needs to be told in words. */
export interface SchemaFacts {
    /** Names of the tables. */
    readonly tables: readonly string[];
    readonly indexes: ReadonlyMap<string, IndexFacts>;
    /** The statements of tables, indexes and views, in the order in which they were made. */
    readonly statements: readonly { readonly type: string; readonly name: string; readonly sql: string }[];
}

/** Queries whose results readSchemaFacts() takes. */
export const schemaQueries: readonly Query[] = [
    { sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid" },
    {
        sql:
            "SELECT schema.name AS name, schema.tbl_name AS table_name, info.name AS column_name " +
            "FROM sqlite_schema AS schema JOIN pragma_index_xinfo(schema.name) AS info " +
            "WHERE schema.type = 'index' AND info.key = 1 ORDER BY schema.rowid, info.seqno",
    },
];

/** Reads the results of schemaQueries. Pure. */
export function readSchemaFacts(schema: readonly Row[], columns: readonly Row[]): SchemaFacts {
    const indexes = new Map<string, { table: string; columns: string[] }>();
    for (const row of columns) {
        const name = String(row.name);
        const index = indexes.get(name) ?? { table: String(row.table_name), columns: [] };
        index.columns.push(String(row.column_name ?? "<expression>"));
        indexes.set(name, index);
    }
    return {
        tables: schema.filter(({ type }) => type === "table").map(({ name }) => String(name)),
        indexes,
        statements: schema
            .filter(({ type, sql }) => sql !== null && type !== "trigger")
            .map(({ type, name, sql }) => ({ type: String(type), name: String(name), sql: String(sql) })),
    };
}

/**
 * Finds the table that a statement calls by another name, in the statement or in the views of the schema; the name
 * itself where it is a table, undefined where it is neither.
 */
export function findTable(source: string, tokens: readonly Token[], schema: SchemaFacts): string | undefined {
    const tables = new Map(schema.tables.map((table) => [table.toLowerCase(), table]));
    const views = schema.statements.filter(({ type }) => type === "view").map(({ sql }) => tokenize(sql));
    const wanted = source.toLowerCase();
    for (const list of [tokens, ...views]) {
        const words = list.filter(({ kind }) => kind !== "space" && kind !== "comment");
        for (const [at, token] of words.entries()) {
            const table = isName(token) ? tables.get(readName(token).toLowerCase()) : undefined;
            const alias = isKeyword(words[at + 1], "AS") ? words[at + 2] : words[at + 1];
            if (table && alias && isName(alias) && isSameName(readName(alias), wanted)) return table;
        }
    }
    return tables.get(wanted);
}

function isName({ kind, text }: Token): boolean {
    return kind === "name" || (kind === "word" && !isReserved(text));
}
