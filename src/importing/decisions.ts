import { join } from "node:path";
import type { FoundFiles, MigrationFile, MigrationSet } from "../planning/files.ts";
import { findPendingProblems } from "../planning/judging/pending.ts";
import { findUnwatchedWrites } from "../planning/judging/unwatched.ts";
import { findFileProblems } from "../planning/problems.ts";
import { emptyState } from "../planning/state.ts";
import { readStructure } from "../planning/structure.ts";
import { emptySchema, followStatements, type KnownSchema, toSchemaRows } from "../schema/known-schema.ts";
import { isKeyword } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { topLevel } from "../sql/nesting.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import type { MovedObject } from "./objects.ts";
import { findKeySwitches, type ParsedScript } from "./parse.ts";
import type { Replayed } from "./replay.ts";
import { journalPath, type SourceFolder, type SourceMigration } from "./source.ts";
import type { Imported } from "./transcribe.ts";

/** Something that a person must decide: in a file that was written, or about one that was read. */
export interface Decision {
    readonly path: string;
    readonly line?: number | undefined;
    readonly message: string;
    readonly remedy: string;
}

/** Finds what of the other tool's files has no counterpart here. */
export function explainSources(folder: string, imported: readonly Imported[]): Decision[] {
    const written = imported.filter(({ forward }) => forward.text !== undefined);
    const goesOnlyForward = written.length > 1 && imported.every(({ down }) => down === undefined);
    const all = {
        path: folder,
        message: `none of its ${written.length} migrations has anything that goes back`,
        remedy,
    };
    return [
        ...imported.flatMap(({ source, up, down, forward, back }) => [
            ...(source.unwrapped ? [{ ...source.unwrapped, ...wrapped }] : []),
            ...[up, down].flatMap((script) => (script ? [...explainInstructions(script), ...explainKeys(script)] : [])),
            ...explainEmpty(up, down, forward.text !== undefined),
            ...(forward.text === undefined && back?.text !== undefined && down ? [explainLoose(down)] : []),
        ]),
        ...(goesOnlyForward
            ? [all]
            : written.flatMap(({ up, down, back }) => (back?.text === undefined ? [explainMissing(up, down)] : []))),
    ];
}

/** Lists the SQL files that no migration was made of, because the tool does not run them. */
export function explainUnused(
    { path: folder, files }: SourceFolder,
    format: string,
    migrations: readonly SourceMigration[],
): Decision[] {
    const used = new Set(migrations.flatMap(({ up, down }) => [up.path, ...(down ? [down.path] : [])]));
    return [...files.keys()].flatMap((name) => {
        const path = join(folder, name);
        if (!/\.sql$/i.test(name) || used.has(path)) return [];
        const message = name.includes("/")
            ? `lies in a sub-folder, which ${format} does not read, so it was left out`
            : "is not in the journal, so it was left out";
        const how = name.includes("/") ? "move it beside the others" : `add it to ${join(folder, journalPath)}`;
        return [
            {
                path,
                message,
                remedy: `nothing, unless it is a migration; then delete the written files, ${how} and import again`,
            },
        ];
    });
}

const remedy = "write the undo files, unless no rollback has to go back that far";

const wrapped = {
    message: "ran outside a transaction; here it runs in one",
    remedy: "see that no statement of it needs that",
};

function explainInstructions({ path, instructions }: ParsedScript): Decision[] {
    return instructions.flatMap(({ text, line }) => {
        if (/transaction\s*:\s*false|no ?transaction/i.test(text)) {
            return [{ path, line, ...wrapped }];
        }
        if (!/envsub on/i.test(text)) return [];
        const message = "took values from the environment; here they stay as written";
        return [{ path, line, message, remedy: "write the values themselves" }];
    });
}

function explainKeys(script: ParsedScript): Decision[] {
    const remedy =
        "write parents before their children and delete them after, and see which actions of foreign keys (ON DELETE, ON UPDATE) change the children now";
    return findKeySwitches(script).map(({ tokens, line }) => {
        const how = isKeyword(tokens[1], "FOREIGN_KEYS") ? "off" : "deferred";
        const message = `ran with foreign keys ${how}; here they are on, because the file rebuilds no table`;
        return { path: script.path, line, message, remedy };
    });
}

function explainEmpty(
    { path, statements }: ParsedScript,
    down: ParsedScript | undefined,
    isWritten: boolean,
): Decision[] {
    if (isWritten || statements.length > 0) return [];
    const message = "has no statement that goes forward, so no migration was made of it";
    return down === undefined || down.statements.length === 0
        ? [{ path, message, remedy: "nothing, unless something is missing in it" }]
        : [{ path, message, remedy: "see whether what goes back belongs to another migration" }];
}

function explainMissing({ path }: ParsedScript, down: ParsedScript | undefined): Decision {
    const isEmpty = down !== undefined && down.statements.length > 0;
    const message = isEmpty
        ? "what goes back holds only views and triggers, so no undo file was made of it"
        : "has nothing that goes back";
    return { path, message, remedy };
}

function explainLoose({ path, statements }: ParsedScript): Decision {
    const message = "what goes back was left out, because nothing goes forward";
    return { path, line: statements[0]?.line, message, remedy: "see whether it belongs to another migration" };
}

/**
 * Says what became of the views and triggers.
 *
 * @param check the command that shows what a deploy of the written files would do
 */
export function explainObjects(
    objects: ReadonlyMap<string, MovedObject>,
    replayed: Replayed,
    ups: readonly ParsedScript[],
    check: string,
): Decision[] {
    const failed: Decision[] =
        "schema" in replayed
            ? []
            : [
                  {
                      ...replayed,
                      message: `fails in a fresh database: ${replayed.message}`,
                      remedy: `what follows was not tried; correct the written file, then run \`${check}\``,
                  },
              ];
    const lost = [...objects.values()].flatMap(({ type, name, path, line, isDropped }): Decision[] => {
        const isThere = !("schema" in replayed) || replayed.schema.some((row) => isSameName(row.name, name));
        if (isDropped || isThere) return [];
        const message = `the ${type} '${name}' was dropped with its table later and not created again, so it has no file`;
        return [{ path, line, message, remedy: `if it is wanted, create ${type}s/${name}.sql` }];
    });
    return [...failed, ...lost, ...findReaders(objects, ups)];
}

// CREATE and DROP of the view itself name it too; of a CREATE TABLE only the query after AS can read it.
function mayRead(statement: Statement): boolean {
    const fact = readFact(statement);
    if (fact.does !== "create") return fact.does === "write" || fact.does === "other";
    return fact.type === "table" && topLevel(statement.tokens).some((token) => isKeyword(token, "SELECT"));
}

// A view is created after all migrations of a run, where its file prepares.
function findReaders(objects: ReadonlyMap<string, MovedObject>, ups: readonly ParsedScript[]): Decision[] {
    const views = [...objects.values()].filter(({ type }) => type === "view");
    return ups.flatMap(({ path, statements }) =>
        statements.flatMap((statement) => {
            if (!mayRead(statement)) return [];
            const read = views.find(({ name }) => statement.tokens.some(({ text }) => isSameName(text, name)));
            if (!read) return [];
            const fact = readFact(statement);
            const isWritten = fact.does === "write" && isSameName(fact.table, read.name);
            const message = `${isWritten ? "writes through" : "uses"} the view '${read.name}', which is now in views/ and has its last form`;
            const remedy = isWritten
                ? "write to the table, as its INSTEAD OF trigger does"
                : "write what it selects into the statement";
            return [{ path, line: statement.line, message, remedy }];
        }),
    );
}

/**
 * Finds what a deploy of imported files would refuse.
 *
 * @param found the files of the core set and the set, the imported ones among them
 */
export function judgeImport(found: FoundFiles, imported: readonly { readonly path: string }[]): Decision[] {
    const paths = new Set(imported.map(({ path }) => path));
    const problems = [...findFileProblems(found), ...judgeFiles(found.sets)].filter(({ path }) => paths.has(path));
    return problems.sort((left, right) => left.path.localeCompare(right.path));
}

function judgeFiles(sets: readonly MigrationSet[]): Decision[] {
    let schema = emptySchema;
    return sets.flatMap((set) =>
        set.migrations.flatMap((file) => {
            const before = schema;
            schema = followStatements(before, file.path, file.statements);
            const structure = readStructure(file.statements);
            return [
                ...findPendingProblems([file], { ...emptyState, schema: toSchemaRows(before) }, (_, table) => ({
                    message: `creates '${table}', which ${before.tables.get(table.toLowerCase())?.path ?? "an earlier file"} creates`,
                    remedy: "remove the statement if it is the same table, or give this one another name",
                })),
                ...findUnwatchedWrites(sets, emptyState, [{ file, structure }]),
                ...findLostIndexes(file, before, schema),
            ];
        }),
    );
}

function findLostIndexes(file: MigrationFile, before: KnownSchema, after: KnownSchema): Decision[] {
    const { rebuilt, dropped } = readStructure(file.statements);
    return [...before.parts.values()].flatMap(({ name, type, table }) => {
        const isKept = after.parts.has(name.toLowerCase()) || dropped.some((item) => isSameName(item, name));
        const own = rebuilt.find((item) => isSameName(item, table));
        if (type !== "index" || isKept || own === undefined) return [];
        const line = file.statements.find((statement) => {
            const fact = readFact(statement);
            return fact.does === "drop" && isSameName(fact.name, own);
        })?.line;
        const message = `rebuilds '${own}' without its index '${name}', which a deploy refuses`;
        const remedy = `create it again at the end, or write DROP INDEX ${name}; above this line if it is not wanted`;
        return [{ path: file.path, line, message, remedy }];
    });
}
