import { folderOf, type MigrationFile, type MigrationSet, type ObjectFile } from "../planning/files.ts";
import { pointsTo } from "../planning/judging/children.ts";
import { findOwnTables } from "../planning/structure.ts";
import { isDrift, type ObjectDifference } from "../schema/compare.ts";
import { isMigratorTable, isVirtual, listComparable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readName, tokenize } from "../sql/lexer.ts";
import { isSameName, toSlug } from "../sql/names.ts";
import { alignTable, type TableSide, type TableSteps, textOf } from "./align-table.ts";

/** A file to write; without text, to delete. */
export interface FileChange {
    /** From the project's root, with forward slashes. */
    readonly path: string;
    readonly text: string | undefined;
}

/** What would make the files equal to a database. */
export interface Alignment {
    readonly files: readonly FileChange[];
    /** Differences that the files cannot express, and why. */
    readonly left: readonly (Pick<ObjectDifference, "type" | "name"> & { readonly why: string })[];
    /** What the new migrations would do to rows elsewhere. */
    readonly warnings: readonly string[];
}

export interface AlignInput {
    /** All their migrations are applied. */
    readonly sets: readonly MigrationSet[];
    /** Migrations that are left out: their numbers are not free. */
    readonly unfinished: readonly MigrationFile[];
    readonly expected: readonly SchemaRow[];
    readonly live: readonly SchemaRow[];
    readonly differences: readonly ObjectDifference[];
    /** Tables, in lower case, for which ALTER TABLE did not lead to the same text. */
    readonly rebuilt: ReadonlySet<string>;
}

/**
 * Plans the files that would create the schema of a database: a migration with its undo for each table whose columns,
 * constraints or indexes differ, and new, changed or deleted files of views and triggers. Pure.
 */
export function planAlignment(input: AlignInput): Alignment {
    const drifted = input.differences.filter(isDrift);
    const left = drifted.flatMap((difference) => {
        const owner = drifted.find(({ type, name }) => type === "table" && name === difference.table);
        const why = findObstacle(difference, input) ?? (owner && findObstacle(owner, input));
        return why === undefined ? [] : [{ type: difference.type, name: difference.name, why }];
    });
    const followed = drifted.filter((difference) => !isLeft(difference, left));
    const tables = alignTables(followed, input);
    const objects = followed.flatMap((difference) => alignObject(difference, input));
    return { files: [...tables.files, ...objects], left, warnings: tables.warnings };
}

/** Whether an alignment leaves a difference. */
export function isLeft({ type, name }: ObjectDifference, left: Alignment["left"]): boolean {
    return left.some((other) => other.type === type && other.name === name);
}

function findObstacle(difference: ObjectDifference, input: AlignInput): string | undefined {
    const { sets, live } = input;
    const { type, name, state, expected, table } = difference;
    if (difference.isUndeployed) return "only its file has changed; `pnpm db:push` deploys it";
    if (isMigratorTable(name) || isMigratorTable(table)) return "it belongs to the migrator";
    if (type === "table" && isVirtual({ sql: expected ?? null })) return "a virtual table must be changed by hand";
    if (type === "table" && state === "missing") {
        const other = live.find((row) => pointsTo(row, name) || (row.type !== "table" && mentions(row, name)));
        if (other)
            return `${other.type} '${other.name}' needs it: restore it in the database, or change that ${other.type} first`;
    }
    if (state === "unexpected" && type === "trigger" && !/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name)) {
        return "no file can have its name";
    }
    const extra = findExtraSource(difference, input);
    if (extra !== undefined) return `it reads '${extra}', which no file creates`;
    const file = findFile(sets, difference);
    return file && file.name !== name ? `its file is named ${file.path}` : undefined;
}

// A fresh database lacks the tables and views of others.
function findExtraSource({ type, live = "", name, table }: ObjectDifference, input: AlignInput): string | undefined {
    if (type !== "view" && type !== "trigger") return undefined;
    const others = input.differences.filter(({ state, type: kind }) => state === "extra" && /table|view/.test(kind));
    return others.find((other) => mentions({ type, name, table, sql: live }, other.name))?.name;
}

function mentions(row: SchemaRow, name: string): boolean {
    return tokenize(row.sql ?? "").some((token) => isSameName(readName(token), name));
}

function alignTables(
    drifted: readonly ObjectDifference[],
    input: AlignInput,
): { files: FileChange[]; warnings: string[] } {
    const own = drifted.filter(({ type }) => type === "table" || type === "index");
    const keys = [...new Set(own.map(({ table }) => table.toLowerCase()))];
    const isGone = (key: string): boolean => findSide(input.live, key).table === undefined;
    const ordered = [...keys.filter((key) => !isGone(key)), ...orderDrops(keys.filter(isGone), input.expected)];
    const found = [...input.sets.flatMap((set) => set.migrations), ...input.unfinished];
    const numbers = new Map(input.sets.map(({ name }) => [name, findNext(found.filter(({ set }) => set === name))]));
    const warnings: string[] = [];
    const extra = input.differences.filter(({ state, type }) => state === "extra" && type === "index");
    const withoutExtra = input.live.filter(
        ({ type, name: own }) => type !== "index" || !extra.some(({ name }) => name === own),
    );
    const files = ordered.flatMap((key): FileChange[] => {
        const [wanted, found] = [findSide(input.expected, key), findSide(withoutExtra, key)];
        const name = wanted.table?.name;
        const set = findOwner(input.sets, key);
        const next = set && numbers.get(set.name);
        if (name === undefined || !set || !next) return [];
        numbers.set(set.name, { ...next, version: next.version + 1 });
        const steps = alignTable(wanted, found, input.rebuilt.has(key));
        warnings.push(...warn(name, found, steps));
        const verb = found.table ? "align" : "drop";
        const what = own.filter(({ table }) => isSameName(table, key));
        return renderMigration(set, next, `${verb}-${toSlug(name) || "table"}`, what, steps);
    });
    return { files, warnings };
}

function warn(name: string, found: TableSide, { lostColumns }: TableSteps): string[] {
    if (!found.table) return [`the new migration drops '${name}' with its rows wherever it runs`];
    return lostColumns.map(
        (column) =>
            `the new migration drops the column '${column}' of '${name}' with its values wherever it runs; ` +
            "if it was renamed, add the copy to the SELECT",
    );
}

// Children first: the runner refuses to drop a table that another one references.
function orderDrops(keys: readonly string[], expected: readonly SchemaRow[]): string[] {
    const left = [...keys];
    const ordered: string[] = [];
    while (left.length > 0) {
        const free = left.findIndex((key) =>
            left.every((other) => {
                const row = findSide(expected, other).table;
                return other === key || !row || !pointsTo(row, key);
            }),
        );
        ordered.push(...left.splice(Math.max(0, free), 1));
    }
    return ordered;
}

function findSide(rows: readonly SchemaRow[], key: string): TableSide {
    const own = listComparable(rows).filter((row) => isSameName(row.table, key));
    return {
        table: own.find((row) => row.type === "table"),
        indexes: own.filter((row) => row.type === "index"),
    };
}

interface NextVersion {
    readonly version: number;
    readonly digits: number;
}

function findNext(migrations: readonly MigrationFile[]): NextVersion {
    const digits = migrations.map(({ path }) => /(\d+)\.do\.[^/]*$/.exec(path)?.[1]?.length ?? 0);
    return { version: Math.max(0, ...migrations.map(({ version }) => version)) + 1, digits: Math.max(3, ...digits) };
}

function renderMigration(
    set: MigrationSet,
    { version, digits }: NextVersion,
    words: string,
    what: readonly ObjectDifference[],
    { forward, back }: TableSteps,
): FileChange[] {
    const number = String(version).padStart(digits, "0");
    const path = (action: string): string => `${folderOf(set.name)}/${number}.${action}.${words}.sql`;
    const list = what.map(({ type, name, state }) => `${type} ${name} (${state})`).join(", ");
    const render = (heading: string, statements: readonly string[]): string =>
        `-- ${heading}: ${list}.\n${statements.map((sql) => `${sql};\n`).join("\n")}`;
    return [
        { path: path("do"), text: render("As the database was found", forward) },
        { path: path("undo"), text: render("Undoes what the database was found with", back) },
    ];
}

function alignObject(difference: ObjectDifference, { sets }: AlignInput): FileChange[] {
    const { type, name, live, table } = difference;
    if (type !== "view" && type !== "trigger") return [];
    const file = findFile(sets, difference);
    if (live === undefined) return file ? [{ path: file.path, text: undefined }] : [];
    const text = `${textOf({ type, name, table, sql: live })};\n`;
    // The file keeps its text above the statement.
    const heading = file?.sql.slice(0, file.statements[0]?.tokens[0]?.offset ?? 0) ?? "";
    const owner = findOwner(sets, table.toLowerCase());
    const folder = owner && owner !== sets[0] ? `${type}s/${owner.name}` : `${type}s`;
    const path = file?.path ?? `${folder}/${name}.sql`;
    return [{ path, text: heading + text }];
}

function findFile(sets: readonly MigrationSet[], { type, name }: ObjectDifference): ObjectFile | undefined {
    const objects = sets.flatMap((set) => set.objects);
    return objects.find((object) => object.type === type && isSameName(object.name, name));
}

// The set whose migrations create the table, or that defines the view.
function findOwner(sets: readonly MigrationSet[], key: string): MigrationSet | undefined {
    const owner = sets.find((set) =>
        [...findOwnTables([set]), ...set.objects.map(({ name }) => name)].some((name) => isSameName(name, key)),
    );
    return owner ?? sets[0];
}
