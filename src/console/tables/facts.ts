import type { ReadResult } from "../../database/connection.ts";
import { readFiles } from "../../planning/files.ts";
import { deployScratch } from "../../planning/shadow.ts";
import { type DocumentedQuery, readQueries } from "../../queries/files.ts";
import { groupByIndex, readQueryPlans } from "../../queries/usage.ts";
import { type SchemaRow, selectSchema, takeRows } from "../../schema/row.ts";
import { type Table, tableQueries, takeTableRows, toTables } from "../../schema/table.ts";
import { isSameName } from "../../sql/names.ts";
import { readFact } from "../../sql/statement-facts.ts";

/** A schema, as read from a database. */
export interface LiveSchema {
    readonly rows: readonly SchemaRow[];
    readonly tables: readonly Table[];
}

/** What the files say of the schema. */
export interface FileFacts {
    /** The schema that they lead to, optional sets included. */
    readonly schema: LiveSchema;
    /** Documented queries by the index that they use, in an empty database. */
    readonly served: ReadonlyMap<string, readonly DocumentedQuery[]>;
    /** The file that creates a table. */
    readonly creators: ReadonlyMap<string, string>;
    /** Why the files could not be read or deployed: then the rest is empty. */
    readonly problem?: string;
}

/** The queries whose results toLiveSchema() takes. */
export const schemaQueries = [selectSchema, ...tableQueries];

/** Makes a schema from the results of schemaQueries. */
export function toLiveSchema([schema, ...facts]: readonly ReadResult[]): LiveSchema {
    const rows = takeRows(schema) as unknown as SchemaRow[];
    return { rows, tables: toTables(rows, takeTableRows(facts)) };
}

/** Finds a table, or undefined. Names are compared as SQLite does. */
export function findLiveTable({ tables }: LiveSchema, name: string): Table | undefined {
    return tables.find((table) => isSameName(table.name, name));
}

const nothing: FileFacts = { schema: { rows: [], tables: [] }, served: new Map(), creators: new Map() };

/** Deploys the files in memory and reads what they lead to; only the problem where they cannot be deployed. */
export async function readFileFacts(root: string): Promise<FileFacts> {
    try {
        const { sets } = await readFiles(root);
        const folders = await Promise.all(sets.map(({ name }, at) => readQueries(root, at === 0 ? undefined : name)));
        const queries = folders.flat();
        const migrations = sets.flatMap((set) => set.migrations);
        const connection = await deployScratch(sets, migrations);
        try {
            const schema = toLiveSchema(await connection.readAll(schemaQueries));
            const names = groupByIndex(await readQueryPlans(connection, queries));
            const served = [...names].map(([index, used]) => {
                const found = queries.filter(({ name }) => used.includes(name));
                return [index, found] as const;
            });
            const creators = migrations.flatMap(({ path, statements }) =>
                statements.flatMap((statement) => {
                    const fact = readFact(statement);
                    return fact.does === "create" && fact.type === "table" ? [[fact.name, path] as const] : [];
                }),
            );
            return { schema, served: new Map(served), creators: new Map(creators) };
        } finally {
            connection.close();
        }
    } catch (error) {
        return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
    }
}
