import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { openScratch } from "../database/file/connection.ts";
import type { FoundFiles, MigrationFile, MigrationSet, ObjectFile, SqlFile } from "../planning/files.ts";
import { keyAdvice } from "../planning/guards.ts";
import { findFileProblems, type Problem } from "../planning/problems.ts";
import { findRefusal } from "../planning/refusals.ts";
import { proofOf } from "../planning/script.ts";
import { deployScratch, FailedDeploy, locateFault } from "../planning/shadow.ts";
import { readStructure } from "../planning/structure.ts";
import { findMismatchedKey, findTablesAfter, followFiles } from "../schema/known-schema.ts";
import { isKeywordLike } from "../sql/keywords.ts";
import { readName, type Token } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";

/** The rule of these problems. */
export const failingStatement = "failing-statement";

const remedy = "correct the statement; what needs it is checked after that";

interface Replay {
    readonly connection: Connection;
    /** Paths of files that other rules refuse as a whole. */
    readonly refused: ReadonlySet<string>;
    /** Whether migrations are left out because their names are wrong: what they create is then missing. */
    readonly isPartial: boolean;
    readonly problems: Problem[];
    /** Names, in lower case, of what failed statements would have left. */
    readonly lost: Set<string>;
}

/**
 * Runs the files in a scratch database, in the order of a fresh deploy and each undo file right after its do file, and finds
 * the statements that fail. What findFileProblems() refuses is left out, and a statement that needs what a failed one was
 * to create.
 */
export async function findFailingStatements(found: FoundFiles): Promise<Problem[]> {
    const others = findFileProblems(found);
    const whole = others.filter(
        ({ rule }) => rule === "open-text" || rule === "nul-character" || rule === "object-file",
    );
    const connection = openScratch();
    const replay: Replay = {
        connection,
        refused: new Set(whole.map(({ path }) => path)),
        isPartial: others.some(({ rule, path }) => rule === "file-name" && path.startsWith("migrations/")),
        problems: [],
        lost: new Set(),
    };
    const migrations = found.sets.flatMap((set) => set.migrations);
    try {
        for (const file of migrations) {
            await replayFile(replay, file, "COMMIT");
            if (file.undo) await replayFile({ ...replay, lost: new Set(replay.lost) }, file.undo, "ROLLBACK");
        }
        await replayObjects(replay, found.sets);
    } finally {
        connection.close();
    }
    const problems = placeMismatches(replay.problems, migrations);
    const needsObject = ({ message }: Problem): boolean => namesObject(message, found.sets);
    if (others.length > 0 || (problems.length > 0 && !problems.some(needsObject))) return problems;
    const failed = await findFailedDeploy(found.sets, migrations);
    if (failed) return problems.length > 0 ? problems : [failed];
    return problems.filter(({ path }) => !migrations.some((file) => file.path === path));
}

// A deploy creates views and triggers before a file that writes to what they watch; the replay, after all files.
function namesObject(message: string, sets: readonly MigrationSet[]): boolean {
    const [, name = ""] = /^no such table: (?:main\.)?(.+)$/s.exec(message) ?? [];
    return sets.some(({ objects }) => objects.some((object) => isSameName(object.name, name)));
}

// Every write to a table whose foreign key is wrong fails, in triggers too: one problem, at the key.
function placeMismatches(problems: readonly Problem[], migrations: readonly MigrationFile[]): Problem[] {
    const schema = followFiles(migrations);
    const placed = problems.map((problem) => {
        const place = findMismatchedKey(schema, problem.message);
        return place ? { ...problem, ...place, remedy: keyAdvice } : problem;
    });
    const isSame = (one: Problem, other: Problem): boolean =>
        one.path === other.path && one.line === other.line && one.message === other.message;
    return placed.filter((problem, at) => placed.findIndex((other) => isSame(problem, other)) === at);
}

// What the replay does not do: triggers that fire for the rows of migrations, and the guards.
async function findFailedDeploy(
    sets: readonly MigrationSet[],
    migrations: readonly MigrationFile[],
): Promise<Problem | undefined> {
    try {
        (await deployScratch(sets, migrations, { unjudged: true })).close();
        return undefined;
    } catch (error) {
        if (!(error instanceof FailedDeploy)) throw error;
        const { problem } = error;
        // A statement, unlike a guard, has no advice of its own.
        return {
            ...problem,
            rule: failingStatement,
            remedy: /^correct /.test(problem.remedy) ? remedy : problem.remedy,
        };
    }
}

async function replayFile(replay: Replay, { path, statements }: SqlFile, end: "COMMIT" | "ROLLBACK"): Promise<void> {
    const { connection, refused } = replay;
    const isRebuild = readStructure(statements).rebuilt.length > 0;
    await connection.runAlone(`PRAGMA foreign_keys = ${isRebuild ? "OFF" : "ON"}`);
    await connection.runAlone("BEGIN");
    for (const statement of statements) {
        const isLeftOut = refused.has(path) || findRefusal(statement) !== undefined;
        const reason = isLeftOut ? undefined : await findReason(connection, statement.sql);
        if (reason !== undefined) report(replay, path, statement, reason);
        if (isLeftOut || reason !== undefined) lose(replay, statement);
    }
    const reason = await findReason(connection, end);
    // A statement with OR ROLLBACK ends the transaction itself.
    if (reason === undefined || /no transaction is active/.test(reason)) return;
    const last = statements.at(-1);
    if (last) report(replay, path, last, `${reason} at the end of the file`);
    for (const statement of statements) lose(replay, statement);
    await connection.runAlone("ROLLBACK");
}

interface BrokenObject {
    readonly object: ObjectFile;
    readonly statement: Statement;
    readonly reason: string;
}

async function replayObjects(replay: Replay, sets: readonly MigrationSet[]): Promise<void> {
    const { connection, refused } = replay;
    const all = sets.flatMap((set) => set.objects).filter(({ path }) => !refused.has(path));
    const objects = all.flatMap((object) => {
        const [statement] = object.statements;
        return statement && !findRefusal(statement) ? [{ object, statement }] : [];
    });
    const findShape = findTablesAfter(sets.flatMap((set) => set.migrations.flatMap((file) => file.statements)));
    const broken: BrokenObject[] = [];
    const tryOut = async (made: Omit<BrokenObject, "reason">, sql: string): Promise<boolean> => {
        const reason = await findReason(connection, sql);
        if (reason !== undefined) broken.push({ ...made, reason });
        return reason === undefined;
    };
    const prove = ({ object, statement }: Omit<BrokenObject, "reason">): string =>
        proofOf({ ...object, statement }, findShape);
    const [views, triggers] = (["view", "trigger"] as const).map((type) =>
        objects.filter(({ object }) => object.type === type),
    );
    // A view may read a later one, so all are created before the first is tried.
    const created: Omit<BrokenObject, "reason">[] = [];
    for (const view of views ?? []) if (await tryOut(view, view.statement.sql)) created.push(view);
    for (const view of created) await tryOut(view, prove(view));
    reportObjects(replay, broken.splice(0));
    // A trigger that does not prepare makes others on its table fail.
    for (const trigger of triggers ?? []) {
        if (!(await tryOut(trigger, trigger.statement.sql))) continue;
        await tryOut(trigger, prove(trigger));
        await connection.runAlone(`DROP TRIGGER ${quoteName(trigger.object.name)}`);
    }
    reportObjects(replay, broken);
}

// One that names another broken one is left out, unless all do: a circle.
function reportObjects(replay: Replay, broken: readonly BrokenObject[]): void {
    const own = broken.filter(({ statement }) => !needs(statement, replay.lost));
    const names = own.map(({ object }) => object.name.toLowerCase());
    const first = own.filter(({ object, statement }) => {
        const others = names.filter((name) => name !== object.name.toLowerCase());
        return !needs(statement, new Set(others));
    });
    for (const { object, statement, reason } of first.length > 0 ? first : own.slice(0, 1)) {
        report(replay, object.path, statement, reason);
    }
    for (const { object } of broken) replay.lost.add(object.name.toLowerCase());
}

async function findReason(connection: Connection, sql: string): Promise<string | undefined> {
    try {
        await connection.runAlone(sql);
        return undefined;
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        return error.message;
    }
}

function report({ lost, isPartial, problems }: Replay, path: string, statement: Statement, message: string): void {
    if (needs(statement, lost) || (isPartial && /no such |has no column|already exists/.test(message))) return;
    const line = locateFault(statement, message) ?? statement.line;
    const isObject = !path.startsWith("migrations/");
    const other = isObject ? "correct the statement, or delete the file, if nothing needs it any more" : remedy;
    problems.push({ rule: failingStatement, path, line, message, remedy: other });
}

function needs({ tokens }: Statement, names: ReadonlySet<string>): boolean {
    return tokens.some((token) => isNameToken(token) && names.has(readName(token).toLowerCase()));
}

function lose({ lost }: Replay, statement: Statement): void {
    for (const name of findMade(statement)) lost.add(name.toLowerCase());
}

// The names that later statements cannot find when a statement fails; of a misspelt one, all before its parenthesis.
function findMade(statement: Statement): string[] {
    const { tokens } = statement;
    const fact = readFact(statement);
    if (fact.does === "create" || fact.does === "drop") return [fact.name];
    if (fact.does === "rename-table") return [fact.table, fact.to];
    if (fact.does === "write" || /^(SELECT|WITH|VALUES)$/.test("keyword" in fact ? fact.keyword : "")) return [];
    const open = tokens.findIndex((token) => token.text === "(");
    const head = fact.does === "other" && open !== -1 ? tokens.slice(0, open) : tokens;
    const names = head.filter((token) => isNameToken(token) && !isKeywordLike(readName(token))).map(readName);
    return fact.does === "alter" ? names.filter((name) => name !== fact.table && !/^column$/i.test(name)) : names;
}

function isNameToken({ kind }: Token): boolean {
    return kind === "word" || kind === "name";
}
