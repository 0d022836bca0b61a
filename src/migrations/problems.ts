import { isKeyword, type Token } from "../database/lexer.ts";
import { readFact } from "../database/statement-facts.ts";
import type { Statement } from "../database/statements.ts";
import { AppError } from "../errors.ts";
import { isMigratorTable } from "./bookkeeping.ts";
import type { FoundFiles, ObjectFile, SqlFile } from "./files.ts";
import { guardTable } from "./guards.ts";
import { findDuplicates, findMisnamed } from "./renaming.ts";
import { readStructure } from "./structure.ts";

/** Something in the files that must be mended before anything is sent. */
export interface Problem {
    readonly path: string;
    readonly line?: number;
    readonly message: string;
    readonly remedy: string;
}

/** A server takes no statement beyond this many bytes (sqld's max_row_size; measured). */
const statementLimit = 5_000_000;

/** Finds what is wrong with the files alone, whatever the database holds. */
export function findFileProblems(found: FoundFiles): Problem[] {
    const core = found.sets[0];
    const problems: Problem[] = [];
    if (core && core.migrations.length === 0 && found.misnamed.length === 0) {
        problems.push({
            path: "migrations/",
            message: "no migration is here",
            remedy: "run the command in the project's folder, or make the first one with `pnpm db:new <name>`",
        });
    }
    problems.push(...findMisnamed(found), ...findDuplicates(found), ...found.strangers.map(explainStranger));
    for (const path of found.orphans) {
        problems.push({
            path,
            message: "undoes a migration that is not here",
            remedy: "restore its do file, or delete it",
        });
    }
    for (const set of found.sets) {
        for (const file of set.migrations) {
            for (const part of file.undo ? [file, file.undo] : [file]) {
                const { rebuilt } = readStructure(part.statements);
                problems.push(...findSqlProblems(part, (statement) => findMisplaced(statement, rebuilt)));
            }
        }
        for (const object of set.objects) problems.push(...findSqlProblems(object), ...findObjectProblems(object));
    }
    problems.push(...findNameClashes(found.sets.flatMap((set) => set.objects)));
    return problems;
}

/** One error that lists every problem, each with its place and remedy. */
export function refuseFiles(problems: readonly Problem[]): AppError {
    const details = problems.flatMap(({ path, line, message, remedy }) => [
        `${path}${line === undefined ? "" : `:${line}`}: ${message}`,
        `    ${remedy}`,
    ]);
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    return new AppError("invalid-files", `the SQL files have ${count}`, { details, outcome: "Nothing was applied." });
}

function explainStranger(path: string): Problem {
    if (path.endsWith("/")) {
        return {
            path,
            message: "is not the folder of a migration set, so its files would be passed over in silence",
            remedy: "a set's folder is migrations/<name>, in lower case, with views/<name> and triggers/<name>",
        };
    }
    const [, folder = ""] = /^(.*\/)/.exec(path) ?? [];
    return {
        path,
        message: "would be passed over in silence",
        remedy: `name it ${folder}<name>.sql, as the object that it creates, or move it elsewhere`,
    };
}

function findSqlProblems(
    file: SqlFile,
    findMore: (statement: Statement) => Refusal | undefined = () => undefined,
): Problem[] {
    const { path } = file;
    const { open } = file;
    if (open) {
        const what = open.kind === "comment" ? "comment" : open.kind === "string" ? "literal" : "quoted name";
        return [{ path, line: open.line, message: `this ${what} is never closed`, remedy: `close it` }];
    }
    if (file.sql.includes("\0")) return [{ path, message: "holds a NUL character", remedy: "remove it" }];
    if (file.statements.length === 0)
        return [{ path, message: "holds no statement", remedy: "write one, or delete it" }];
    return file.statements.flatMap((statement) => {
        const refusal = findRefusal(statement) ?? findMore(statement);
        if (!refusal) return [];
        const [message, remedy, line = statement.line] = refusal;
        return [{ path, line, message, remedy }];
    });
}

const plainName = /^[A-Za-z_][A-Za-z0-9_$]*$/;

function findObjectProblems(file: ObjectFile): Problem[] {
    const { path } = file;
    const [first, second] = file.statements;
    if (!first) return [];
    if (!plainName.test(file.name)) {
        const message = `the name of a ${file.type} is made of letters, digits, _ and $, and begins with no digit`;
        return [{ path, message, remedy: "give the file and what it creates such a name" }];
    }
    const fact = readFact(first);
    const remedy = `let it hold one statement: CREATE ${file.type.toUpperCase()} ${file.name} …`;
    if (fact.does !== "create" || fact.type !== file.type) {
        return [{ path, line: first.line, message: `does not create a ${file.type}`, remedy }];
    }
    if (fact.name !== file.name) {
        const message = `creates the ${file.type} '${fact.name}', but the file is named '${file.name}'`;
        return [{ path, line: first.line, message, remedy }];
    }
    return second ? [{ path, line: second.line, message: "holds a second statement", remedy }] : [];
}

function findNameClashes(objects: readonly ObjectFile[]): Problem[] {
    const seen = new Map<string, string>();
    return objects.flatMap(({ name, path }) => {
        const key = name.toLowerCase();
        const first = seen.get(key);
        seen.set(key, first ?? path);
        return first ? [{ path, message: `the same name as ${first}`, remedy: "rename one of them" }] : [];
    });
}

/** What is wrong with a statement, what to do about it, and the line where that is not the statement's first. */
type Refusal = readonly [message: string, remedy: string, line?: number];

const transactionControl = /^(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)$/;
const refusedKeywords = /^(ATTACH|DETACH|VACUUM|ANALYZE)$/;

// Beside what sqld's own parser refuses although SQLite takes it, tried statement by statement: what does harm in silence.
function findRefusal(statement: Statement): Refusal | undefined {
    const { tokens, sql } = statement;
    const keyword = tokens[0]?.text.toUpperCase() ?? "";
    const fact = readFact(statement);
    if (transactionControl.test(keyword)) {
        return [`${keyword} inside a file`, "remove it: the runner opens and ends the transaction"];
    }
    if (isKeyword(tokens[keyword === "EXPLAIN" ? 1 : 0], "PRAGMA")) {
        return ["a PRAGMA inside a file", "remove it: the runner sets what a migration needs"];
    }
    if (refusedKeywords.test(keyword)) return [`Turso refuses ${keyword}`, "remove it"];
    if (fact.does === "create" && fact.temporary) {
        return ["Turso refuses temporary objects", "use an ordinary table and drop it at the end of the file"];
    }
    if (keyword === "CREATE" && isKeyword(tokens[1], "FUNCTION")) return ["Turso refuses CREATE FUNCTION", "remove it"];
    if (fact.does === "alter" && fact.action === "alter") {
        const remedy = "rebuild the table (migrations/README.md)";
        return ["ALTER COLUMN neither converts nor checks the rows that are there, and SQLite lacks it", remedy];
    }
    const ordered = findOrderedAggregate(tokens);
    if (ordered) {
        const remedy = "order the rows in a subquery of the FROM clause";
        return ["Turso refuses ORDER BY inside a function call", remedy, ordered.line];
    }
    const books = findBookkeeping(statement);
    if (books !== undefined) return [`'${books}' is the migrator's own`, "remove the statement"];
    const parameter = tokens.find((token) => token.kind === "parameter");
    if (parameter) return [`nothing gives '${parameter.text}' a value`, "write the value itself", parameter.line];
    if (Buffer.byteLength(sql) > statementLimit) {
        return ["the statement is larger than 5,000,000 bytes, which a server refuses", "split it"];
    }
    return undefined;
}

// A view or trigger of a migration would not come back after a change that takes it away. A rebuild alone makes triggers
// again: those that somebody made by hand.
function findMisplaced(statement: Statement, rebuilt: readonly string[]): Refusal | undefined {
    const fact = readFact(statement);
    if (fact.does !== "create" || (fact.type !== "view" && fact.type !== "trigger")) return undefined;
    if (rebuilt.some((table) => table.toLowerCase() === fact.table.toLowerCase())) return undefined;
    return [`a migration creates the ${fact.type} '${fact.name}'`, `put it into ${fact.type}s/${fact.name}.sql`];
}

function findBookkeeping(statement: Statement): string | undefined {
    const fact = readFact(statement);
    if (fact.does === "other") return undefined;
    const names = [
        ...("table" in fact ? [fact.table] : []),
        ...("name" in fact ? [fact.name] : []),
        ...("to" in fact ? [fact.to] : []),
    ].map((name) => name.toLowerCase());
    return names.find((name) => isMigratorTable(name) || name === guardTable);
}

// ORDER BY directly inside `name( … )`; in a subquery or an OVER clause it is fine.
function findOrderedAggregate(tokens: readonly Token[]): Token | undefined {
    const calls: boolean[] = [];
    return tokens.find((token, at) => {
        if (token.text === "(") calls.push(isCall(tokens, at));
        if (token.text === ")") calls.pop();
        return calls.at(-1) === true && isKeyword(token, "ORDER") && isKeyword(tokens[at + 1], "BY");
    });
}

const noFunctions =
    /^(OVER|AS|IN|EXISTS|VALUES|FILTER|WINDOW|MATERIALIZED|FROM|JOIN|SELECT|WHERE|AND|OR|NOT|ON|USING)$/i;

const noArguments = /^(SELECT|WITH|VALUES|PARTITION|ORDER)$/i;

function isCall(tokens: readonly Token[], at: number): boolean {
    const before = tokens[at - 1];
    const inside = tokens[at + 1];
    if (before?.kind !== "name" && (before?.kind !== "word" || noFunctions.test(before.text))) return false;
    return !(inside?.kind === "word" && noArguments.test(inside.text));
}
