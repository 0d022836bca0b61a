import type { Connection } from "../database/connection.ts";
import type { DocumentedQuery } from "../queries/files.ts";
import { groupByIndex, type QueryPlan, readQueryPlans } from "../queries/usage.ts";
import { mapLarge, type Volume } from "../queries/volumes.ts";
import { readRows, type SchemaRow, selectSchema } from "../schema/row.ts";
import { readTables, type Table } from "../schema/table.ts";
import { readComment, readTableDefinition, type TableDefinition } from "../sql/create-table.ts";
import { isSignificant, tokenize } from "../sql/lexer.ts";
import { quoteName } from "../sql/quoting.ts";
import type { DocumentSite } from "./site.ts";

/** A table with what its statement says of it. */
export interface DocumentedTable extends Table {
    readonly definition: TableDefinition;
    /** Columns that hold JSON, with the shape that a CHECK demands and an example: empty where no row has a value. */
    readonly json: readonly JsonColumn[];
    /** The number of rows that the volumes call large. */
    readonly large: number | undefined;
}

export interface JsonColumn {
    readonly column: string;
    readonly shape: string;
    readonly example: string;
}

/** An index, view or trigger with the comment inside its statement. */
export interface DocumentedObject extends SchemaRow {
    readonly comment: string;
}

/** What a deployed database with rows says of itself. */
export interface SchemaFacts {
    /** Without shadow tables; bookkeeping included. */
    readonly tables: readonly DocumentedTable[];
    readonly objects: readonly DocumentedObject[];
    /** Names of queries by the index that they use. */
    readonly served: ReadonlyMap<string, readonly string[]>;
    readonly queries: readonly DocumentedQuery[];
    readonly plans: readonly QueryPlan[];
}

/** What every list of a page needs: the facts, and the page for its links. */
export interface ListInput {
    readonly facts: SchemaFacts;
    readonly site: DocumentSite;
    /** The page that holds the list. */
    readonly path: string;
}

/** Reads the facts from a deployed database that holds example rows; `examples` of JSON by `table.column` come first. */
export async function readSchemaFacts(
    connection: Connection,
    queries: readonly DocumentedQuery[],
    volumes: readonly Volume[],
    examples: ReadonlyMap<string, string>,
): Promise<SchemaFacts> {
    const rows = (await readRows(connection, selectSchema)) as unknown as SchemaRow[];
    const tables = (await readTables(connection)).filter(({ isShadow }) => !isShadow);
    const large = mapLarge(volumes);
    const documented: DocumentedTable[] = [];
    for (const table of tables) {
        const definition = readTableDefinition(table.sql);
        const json = await readJson(connection, table.name, definition, examples);
        documented.push({ ...table, definition, json, large: large.get(table.name) });
    }
    const plans = await readQueryPlans(connection, queries);
    return {
        tables: documented,
        objects: rows.flatMap((row) =>
            row.type === "table" || row.sql === null ? [] : [{ ...row, comment: readOpeningComment(row.sql) }],
        ),
        served: groupByIndex(plans),
        queries,
        plans,
    };
}

/** Lists the columns that hold JSON, with the shape that a CHECK demands: array, object or any. */
export function listJsonShapes({ checks }: TableDefinition): Pick<JsonColumn, "column" | "shape">[] {
    return checks.flatMap(({ expression }) => {
        const [, typed, shape] = /json_type\s*\(\s*"?(\w+)"?\s*\)\s*=\s*'(\w+)'/.exec(expression) ?? [];
        const [, valid] = /json_valid\s*\(\s*"?(\w+)"?\s*\)/.exec(expression) ?? [];
        const column = typed ?? valid;
        return column === undefined ? [] : [{ column, shape: shape ?? "any" }];
    });
}

async function readJson(
    connection: Connection,
    table: string,
    definition: TableDefinition,
    examples: ReadonlyMap<string, string>,
): Promise<readonly JsonColumn[]> {
    return Promise.all(
        listJsonShapes(definition).map(async ({ column, shape }) => {
            const name = quoteName(column);
            const known = examples.get(`${table}.${column}`);
            if (known !== undefined) return { column, shape, example: known };
            const [row] = await readRows(connection, {
                sql:
                    `SELECT json(${name}) AS example FROM ${quoteName(table)} WHERE ${name} NOT IN ('[]', '{}') ` +
                    `ORDER BY length(json(${name})), json(${name}) LIMIT 1`,
            });
            return { column, shape, example: row ? String(row.example) : shape === "array" ? "[]" : "{}" };
        }),
    );
}

/** Returns the first comment inside a statement, in one line; empty for none. */
export function readOpeningComment(sql: string): string {
    const tokens = tokenize(sql);
    const first = tokens.findIndex(isSignificant);
    const comment = tokens.slice(first).find(({ kind }) => kind === "comment");
    return comment ? readComment(comment) : "";
}
