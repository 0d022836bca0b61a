import {
    type FoundFiles,
    listStatements,
    type MigrationFile,
    type MigrationSet,
    type SqlFile,
} from "../planning/files.ts";
import { findPendingProblems } from "../planning/judging/pending.ts";
import { findUnwatchedWrites } from "../planning/judging/unwatched.ts";
import { findFileProblems, type Problem } from "../planning/problems.ts";
import { emptyState } from "../planning/state.ts";
import { readStructure, type Structure } from "../planning/structure.ts";
import { emptySchema, followStatements, type KnownSchema, toSchemaRows } from "../schema/known-schema.ts";
import { readComment } from "../sql/create-table.ts";
import { collectNames } from "../sql/keyword-case.ts";
import { isKeyword, type Token, tokenize } from "../sql/lexer.ts";
import { readFact, type StatementFact } from "../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";

export interface LintStatement extends Statement {
    readonly fact: StatementFact;
    /** The statements of a trigger's body, with the lines of the file; otherwise the statement itself. */
    readonly parts: readonly Statement[];
    /** Its lines: from the end of the statement before it to its own end. */
    readonly from: number;
    readonly to: number;
}

/** A file with the schema before and after it. */
export interface LintFile {
    readonly path: string;
    readonly kind: "do" | "undo" | "view" | "trigger";
    /** The words of a migration's name; the name of a view or trigger. */
    readonly name: string;
    /** Of a migration. */
    readonly version: number | undefined;
    /** Of a do file: the version before it in its set. */
    readonly previous: number | undefined;
    readonly sql: string;
    readonly tokens: readonly Token[];
    readonly statements: readonly LintStatement[];
    readonly structure: Structure;
    /** For an undo file, the schema after its do file. */
    readonly before: KnownSchema;
    readonly after: KnownSchema;
    /** The names, in lower case, of all that the files create. */
    readonly names: ReadonlySet<string>;
    /** The schema after all files of all sets. */
    readonly final: KnownSchema;
    /** What an undo file must restore; undefined for other files. */
    readonly restores: KnownSchema | undefined;
    readonly opposite: SqlFile | undefined;
    /** Of a do file: the migrations of its set. */
    readonly siblings: readonly MigrationFile[];
    readonly problems: readonly Problem[];
}

/** Whether a comment is for the lint. */
export function isLintComment(comment: Token): boolean {
    return comment.kind === "comment" && /^lint:/i.test(readComment(comment));
}

/** Reads the files for the lint in the order in which they are applied; `others` are problems without a file. */
export function toLintFiles(
    found: FoundFiles,
    more: readonly Problem[] = [],
): { files: LintFile[]; others: Problem[] } {
    const problems = [...findFileProblems(found), ...more];
    const files: LintFile[] = [];
    let schema = emptySchema;
    for (const set of found.sets) {
        for (const [at, migration] of set.migrations.entries()) {
            const after = followStatements(schema, migration.path, migration.statements);
            const [first, ...undo] = readMigration(found.sets, migration, schema, after, problems);
            const previous = set.migrations[at - 1]?.version;
            const { version } = migration;
            const siblings = set.migrations;
            if (first)
                files.push({ ...first, version, previous, siblings }, ...undo.map((file) => ({ ...file, version })));
            schema = after;
        }
    }
    for (const object of found.sets.flatMap((set) => set.objects)) {
        const own = problems.filter(({ path }) => path === object.path);
        files.push(readFile(object, object.type, object.name, schema, schema, own));
    }
    const names = collectNames(listStatements(found.sets));
    const paths = new Set(files.map(({ path }) => path));
    return {
        files: files.map((file) => ({ ...file, final: schema, names })),
        others: problems.filter(({ path }) => !paths.has(path)),
    };
}

function readMigration(
    sets: readonly MigrationSet[],
    file: MigrationFile,
    before: KnownSchema,
    after: KnownSchema,
    problems: readonly Problem[],
): LintFile[] {
    const of = (path: string): Problem[] => problems.filter((problem) => problem.path === path);
    const pending = findPendingProblems([file], { ...emptyState, schema: toSchemaRows(before) });
    const structure = readStructure(file.statements);
    const unwatched = findUnwatchedWrites(sets, emptyState, [{ file, structure }]);
    const own = [...of(file.path), ...pending.filter(({ rule }) => rule !== undefined), ...unwatched];
    const forward = { ...readFile(file, "do", file.name, before, after, own), opposite: file.undo };
    if (!file.undo) return [forward];
    const undone = followStatements(after, file.undo.path, file.undo.statements);
    const back = readFile(file.undo, "undo", file.name, after, undone, of(file.undo.path));
    return [forward, { ...back, opposite: file, restores: before }];
}

function readFile(
    file: SqlFile,
    kind: LintFile["kind"],
    name: string,
    before: KnownSchema,
    after: KnownSchema,
    problems: readonly Problem[],
): LintFile {
    const { path, sql } = file;
    const statements: LintStatement[] = [];
    for (const statement of file.statements) {
        const to = statement.line + statement.sql.split("\n").length - 1;
        const from = (statements.at(-1)?.to ?? 0) + 1;
        const fact = readFact(statement);
        statements.push({ ...statement, fact, parts: splitBody(statement, fact), from, to });
    }
    const structure = readStructure(file.statements);
    const tokens = tokenize(sql);
    const none = {
        opposite: undefined,
        restores: undefined,
        version: undefined,
        previous: undefined,
        siblings: [],
        final: after,
        names: new Set<string>(),
    };
    return { path, kind, name, sql, tokens, statements, structure, before, after, problems, ...none };
}

// A trigger has statements between BEGIN and END.
function splitBody(statement: Statement, fact: StatementFact): readonly Statement[] {
    if (fact.does !== "create" || fact.type !== "trigger") return [statement];
    const begin = statement.tokens.find((token) => isKeyword(token, "BEGIN"));
    if (!begin) return [statement];
    const start = statement.tokens[0]?.offset ?? 0;
    const body = statement.sql.slice(begin.offset - start + begin.text.length).replace(/END$/i, "");
    const shift = begin.line - 1;
    return splitStatements(body).map(({ sql, line, tokens }) => ({
        sql,
        line: line + shift,
        tokens: tokens.map((token) => ({ ...token, line: token.line + shift })),
    }));
}
