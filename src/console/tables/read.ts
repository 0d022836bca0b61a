import type { Query, ReadResult } from "../../database/connection.ts";
import type { Visit } from "../site.ts";
import { type FileFacts, type LiveSchema, readFileFacts, schemaQueries, toLiveSchema } from "./facts.ts";

/** A schema, and the results of queries that were made for it. */
export interface ReadTables {
    readonly schema: LiveSchema;
    readonly results: readonly ReadResult[];
}

/**
 * Reads the schema and, in the same request, what queries that depend on it give. They are made for the schema of the last page,
 * or of the files; where the database has another one, they are made and read again: a second request.
 *
 * @param plan makes the queries for a schema; pure
 */
export async function readWithSchema(
    visit: Visit,
    plan: (schema: LiveSchema) => readonly Query[],
): Promise<ReadTables> {
    const connection = visit.getConnection();
    const expected = visit.memory.schema ?? (await getFileFacts(visit)).schema;
    const asked = plan(expected);
    const results = await connection.readAll([...schemaQueries, ...asked]);
    const schema = toLiveSchema(results.slice(0, schemaQueries.length));
    visit.memory.schema = schema;
    const wanted = plan(schema);
    if (render(wanted) === render(asked)) return { schema, results: results.slice(schemaQueries.length) };
    return { schema, results: await connection.readAll(wanted) };
}

/** How long what the files say is remembered, in milliseconds. */
const remembered = 60_000;

/** What the files say: read by the first page that needs it, and remembered for a minute. A failure is not remembered. */
export async function getFileFacts({ memory, root, now }: Pick<Visit, "memory" | "root" | "now">): Promise<FileFacts> {
    const at = Date.parse(now);
    const known = memory.files && at - memory.files.at < remembered ? memory.files : { at, facts: readFileFacts(root) };
    memory.files = known;
    const facts = await known.facts;
    if (facts.problem !== undefined && memory.files === known) delete memory.files;
    return facts;
}

function render(queries: readonly Query[]): string {
    return JSON.stringify(queries, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}
