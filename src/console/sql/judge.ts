import type { Query, ReadResult, Row } from "../../database/connection.ts";
import { findIndexedTables } from "../../schema/facts.ts";
import { type SchemaRow, takeRows } from "../../schema/row.ts";
import { type Table, tableQueries, takeTableRows, toTables } from "../../schema/table.ts";
import { readName, type Token, tokenize } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import { isMasked, type MaskedColumn } from "../masked.ts";
import {
    changesDatabase,
    findSecretRead,
    type Instruction,
    listFunctions,
    opensVirtual,
    type Secret,
} from "./program.ts";

/** What a database says of itself that a judgement needs. */
export interface JudgedDatabase {
    readonly schema: readonly RootedRow[];
    readonly tables: readonly Table[];
    readonly functions: readonly Row[];
    /** In lower case. */
    readonly modules: readonly string[];
}

/** A row of sqlite_schema with the page where it begins. */
type RootedRow = SchemaRow & { readonly rootpage: number };

const selectRooted: Query = {
    sql: 'SELECT type, name, tbl_name AS "table", sql, rootpage FROM sqlite_schema ORDER BY rowid',
};

/** The queries whose results readJudged() takes. */
export const judgingQueries: readonly Query[] = [
    selectRooted,
    { sql: "SELECT DISTINCT name, builtin, flags FROM pragma_function_list" },
    { sql: "SELECT name FROM pragma_module_list" },
    ...tableQueries,
];

/** Reads what a judgement needs from the results of judgingQueries. */
export function readJudged([rows, functions, modules, ...facts]: readonly ReadResult[]): JudgedDatabase {
    const schema = takeRows(rows) as unknown as RootedRow[];
    return {
        schema,
        tables: toTables(schema, takeTableRows(facts)),
        functions: takeRows(functions),
        modules: takeRows(modules).map(({ name }) => String(name).toLowerCase()),
    };
}

/**
 * Judges a statement by the program that SQLite made of it: whether it would write, read a masked column, or reach beyond the
 * database by a function (`writefile`) or a virtual table (`fsdir`, `sqlite_dbpage`).
 *
 * @returns why it is not run, and what to do; undefined when it may run
 */
export function judgeProgram(
    program: readonly Instruction[],
    tokens: readonly Token[],
    database: JudgedDatabase,
    masked: readonly MaskedColumn[],
): { readonly problem: string; readonly remedy: string } | undefined {
    if (changesDatabase(program))
        return { problem: "it would write", remedy: "Only statements that read are run here." };
    const stranger = listFunctions(program).find((name) => !isHarmless(name, database.functions));
    if (stranger !== undefined) {
        return {
            problem: `it calls ${stranger}()`,
            remedy: "Functions that may reach files, settings or other statements are not run here.",
        };
    }
    const module = opensVirtual(program) ? findStrangeTable(tokens, database) : undefined;
    if (module !== undefined) {
        return {
            problem: `it reads ${module}`,
            remedy: "Of SQLite's own virtual tables, only those that list the schema, JSON or series are read here.",
        };
    }
    const secret =
        findSecretRead(program, listSecrets(database, masked))?.label ??
        (opensVirtual(program) ? findCopyRead(tokens, database, masked) : undefined);
    if (secret === undefined) return undefined;
    const [table = ""] = secret.split(".");
    const open = database.tables
        .find(({ name }) => isSameName(name, table))
        ?.columns.filter(({ name }) => !isMasked(masked, table, name))
        .map(({ name }) => name);
    return {
        problem: `it reads ${secret}, which is never shown`,
        remedy: `Name the columns that you need: ${open?.join(", ") ?? ""}.`,
    };
}

const directOnly = 0x80000;
const innocuous = 0x200000;
// Not built in and not marked as innocuous, but known: mathematics, statistics, text, and what full-text search adds.
const known = new Set(
    (
        "acos acosh asin asinh atan atan2 atanh atn2 ceil ceiling cos cosh cot coth degrees difference exp floor ln log " +
        "log10 pi power radians sign sin sinh sqrt square tan tanh charindex leftstr rightstr padc padl padr proper " +
        "replicate reverse strfilter stdev variance mode median lower_quartile upper_quartile bm25 highlight snippet " +
        "match matchinfo offsets"
    ).split(" "),
);
const refused = new Set(["sqlite_crypt", "sqlite_log", "load_extension"]);

function isHarmless(name: string, functions: readonly Row[]): boolean {
    if (refused.has(name)) return false;
    if (known.has(name)) return true;
    const kinds = functions.filter((row) => String(row.name).toLowerCase() === name);
    return (
        kinds.length > 0 &&
        kinds.every(({ builtin, flags }) => {
            const bits = Number(flags);
            return (Number(builtin) === 1 && !(bits & directOnly)) || (bits & innocuous) !== 0;
        })
    );
}

// Modules whose tables hold rows of the schema's own virtual tables, and table-valued functions that compute.
const harmlessModules = new Set(
    (
        "json_each json_tree generate_series dbstat vector_top_k fts3 fts4 fts5 fts4aux fts5vocab fts3tokenize rtree " +
        "rtree_i32 geopoly"
    ).split(" "),
);
const harmlessPragmas = new Set(
    (
        "table_list table_info table_xinfo index_list index_info index_xinfo foreign_key_list foreign_key_check " +
        "quick_check integrity_check page_count page_size freelist_count max_page_count database_list collation_list " +
        "function_list module_list pragma_list compile_options user_version application_id schema_version data_version " +
        "encoding journal_mode auto_vacuum foreign_keys query_only"
    ).split(" "),
);

// The program does not name its virtual tables, but the statement, or a view that it names, does.
function findStrangeTable(tokens: readonly Token[], { schema, modules }: JudgedDatabase): string | undefined {
    return [...listReachedNames(tokens, schema)].find((name) => {
        if (name.startsWith("pragma_")) return !harmlessPragmas.has(name.slice("pragma_".length));
        return modules.includes(name) && !harmlessModules.has(name);
    });
}

function listReachedNames(tokens: readonly Token[], schema: readonly SchemaRow[]): Set<string> {
    const names = new Set(listNames(tokens));
    for (const name of names) {
        const view = schema.find((row) => row.type === "view" && isSameName(row.name, name));
        for (const inner of view ? listNames(tokenize(view.sql ?? "")) : []) names.add(inner);
    }
    return names;
}

// SQLite takes a text for a name where only a name can stand.
function listNames(tokens: readonly Token[]): string[] {
    const named = tokens.filter(({ kind }) => ["word", "name", "string"].includes(kind));
    return named.map((token) => readName(token).toLowerCase());
}

function listSecrets({ schema, tables }: JudgedDatabase, masked: readonly MaskedColumn[]): Secret[] {
    return masked.flatMap(({ table: name, column }) => {
        const table = tables.find((other) => isSameName(other.name, name));
        const label = `${name}.${column}`;
        if (!table) return [];
        const stored = table.columns.filter(({ isGenerated }) => !isGenerated);
        const at = stored.findIndex((other) => isSameName(other.name, column));
        const own = listRoots(schema, ({ type, name: other }) => type === "table" && isSameName(other, name));
        const holding = new Set(
            table.indexes
                .filter(({ columns }) =>
                    columns.some((part) => part.name === undefined || isSameName(part.name, column)),
                )
                .map((index) => index.name),
        );
        const copies = listCopies(schema, name);
        const isCopy = (other: string): boolean => copies.some((copy) => other.startsWith(`${copy}_`));
        const whole = listRoots(schema, (row) => (row.type === "index" ? holding.has(row.name) : isCopy(row.name)));
        // A generated column of the table may be made of the masked one, and then stands after all that are not generated.
        const isPlain = !table.isWithoutRowid && stored.length === table.columns.length;
        return [
            ...own.map((root) => ({ root, position: isPlain ? at : undefined, label })),
            ...whole.map((root) => ({ root, position: undefined, label })),
        ];
    });
}

// Full-text indexes over a table hold its words, and give them back.
function listCopies(schema: readonly RootedRow[], table: string): string[] {
    const copies = schema.filter((row) => findIndexedTables(row, schema).some((other) => isSameName(other, table)));
    return copies.map(({ name }) => name);
}

function findCopyRead(
    tokens: readonly Token[],
    { schema }: JudgedDatabase,
    masked: readonly MaskedColumn[],
): string | undefined {
    const names = listReachedNames(tokens, schema);
    const found = masked.find(({ table }) => listCopies(schema, table).some((copy) => names.has(copy.toLowerCase())));
    return found && `${found.table}.${found.column}`;
}

function listRoots(schema: readonly RootedRow[], condition: (row: RootedRow) => boolean): number[] {
    return schema.filter((row) => row.rootpage > 0 && condition(row)).map(({ rootpage }) => rootpage);
}
