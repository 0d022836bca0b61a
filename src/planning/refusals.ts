import { isMigratorTable } from "../schema/facts.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import { coreSet, type MigrationSet } from "./files.ts";
import { guardTable } from "./guards.ts";
import { readStructure } from "./structure.ts";

/** What is wrong with a statement, and what to do; `line` where it is not the statement's first. */
export interface Refusal {
    /** Its id in `pnpm db:lint --rules`. */
    readonly rule: string;
    readonly message: string;
    readonly remedy: string;
    readonly line?: number;
}

/** A server refuses a statement with more bytes (sqld's max_row_size; measured). */
const statementLimit = 5_000_000;

const refusedKeywords = /^(ATTACH|DETACH|VACUUM|ANALYZE)$/;

/**
 * Finds why no file may contain a statement: sqld's own parser refuses it although SQLite accepts it (tried statement by
 * statement), or it does silent damage.
 */
export function findRefusal(statement: Statement): Refusal | undefined {
    return findRefusedKind(statement) ?? findRefusedPart(statement);
}

/** Whether a statement begins, ends or undoes a transaction, or a part of one. */
export function isTransactionControl({ tokens: [first] }: Statement): boolean {
    return /^(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)$/i.test(first?.text ?? "");
}

function refuse(rule: string, message: string, remedy = "remove it", at?: Token): Refusal {
    return { rule, message, remedy, ...(at ? { line: at.line } : {}) };
}

function findRefusedKind(statement: Statement): Refusal | undefined {
    const { tokens } = statement;
    const keyword = tokens[0]?.text.toUpperCase() ?? "";
    const fact = readFact(statement);
    if (isTransactionControl(statement)) {
        const what = keyword === "ROLLBACK" ? "it and what it undid" : "it";
        const remedy = `remove ${what}: the runner opens and ends the transaction`;
        return refuse("own-transaction", `${keyword} inside a file`, remedy);
    }
    if (isKeyword(tokens[keyword === "EXPLAIN" ? 1 : 0], "PRAGMA")) {
        const name = tokens.find((_, at) => isKeyword(tokens[at - 1], "PRAGMA"));
        return refuse("pragma", "a PRAGMA inside a file", adviseOnPragma(name?.text.toLowerCase() ?? ""));
    }
    if (refusedKeywords.test(keyword)) return refuse("refused-statement", `Turso refuses ${keyword}`);
    if (fact.does === "create" && fact.temporary) {
        const remedy =
            fact.type === "view" || fact.type === "trigger"
                ? `create it in ${fact.type}s/${fact.name}.sql, without TEMP`
                : "use an ordinary table and drop it at the end of the file";
        return refuse("temporary-object", "Turso refuses temporary objects", remedy);
    }
    if (keyword === "CREATE" && isKeyword(tokens[1], "FUNCTION")) {
        return refuse("refused-statement", "Turso refuses CREATE FUNCTION");
    }
    if (fact.does === "alter" && fact.action === "alter") {
        const message = "ALTER COLUMN neither converts nor checks existing rows, and SQLite lacks it";
        return refuse("alter-column", message, "rebuild the table (migrations/README.md)");
    }
    const own = findBookkeeping(statement);
    if (own === undefined) return undefined;
    return refuse("bookkeeping-table", `'${own}' is a table of the migrator`, "remove the statement");
}

function adviseOnPragma(name: string): string {
    if (name === "writable_schema") {
        return "remove it and the statements that write sqlite_schema, and rebuild the table instead: `pnpm db:new --rebuild <table> <words>`";
    }
    if (name === "legacy_alter_table") {
        return "remove it: the runner needs none; views, triggers and foreign keys then follow a rename, so check what they reference after it";
    }
    if (/^(foreign_keys|defer_foreign_keys)$/.test(name)) {
        return "remove it: the runner switches foreign keys off for a rebuild; elsewhere, write parents before their children and delete them after";
    }
    return "remove it: in the runner's transaction it does nothing, or a server refuses it";
}

function findRefusedPart({ tokens, sql }: Statement): Refusal | undefined {
    const ordered = findOrderedAggregate(tokens);
    if (ordered) {
        const message = "Turso refuses ORDER BY inside a function call";
        return refuse("ordered-aggregate", message, "order the rows in a subquery of the FROM clause", ordered);
    }
    const having = findLoneHaving(tokens);
    if (having) {
        const message = "Turso refuses HAVING without GROUP BY";
        const remedy = "filter with WHERE around a subquery, or group by something";
        return refuse("having-without-group-by", message, remedy, having);
    }
    const parameter = tokens.find((token) => token.kind === "parameter");
    if (parameter) {
        return refuse(
            "parameter",
            `the parameter '${parameter.text}' has no value`,
            "write the value itself",
            parameter,
        );
    }
    if (Buffer.byteLength(sql) > statementLimit) {
        const message = "the statement is larger than 5,000,000 bytes, which a server refuses";
        return refuse("statement-size", message, "split it");
    }
    return undefined;
}

// Each SELECT begins a scope, which ends with its parenthesis.
function findLoneHaving(tokens: readonly Token[]): Token | undefined {
    const grouped: boolean[] = [false];
    return tokens.find((token, at) => {
        if (token.text === "(") grouped.push(false);
        if (token.text === ")") grouped.pop();
        if (isKeyword(token, "SELECT")) grouped[grouped.length - 1] = false;
        if (isKeyword(token, "GROUP") && isKeyword(tokens[at + 1], "BY")) grouped[grouped.length - 1] = true;
        return isKeyword(token, "HAVING") && grouped.at(-1) === false;
    });
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

// ORDER BY directly inside `name( … )`; it is allowed in a subquery or an OVER clause.
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

/** The place of a statement in a migration. */
interface MigrationPlace {
    readonly set: MigrationSet;
    /** What its file rebuilds. */
    readonly rebuilt: readonly string[];
    readonly isUndo: boolean;
    /** Whether a view or trigger with a file may have a name. */
    isPlain(name: string): boolean;
}

/**
 * Finds a view or trigger in a migration, where a later change of its table would drop it for good. Only a rebuild may create
 * triggers: those that were created by hand.
 */
export function findMisplaced(statement: Statement, place: MigrationPlace): Refusal | undefined {
    const fact = readFact(statement);
    if (fact.does !== "create" || (fact.type !== "view" && fact.type !== "trigger")) return undefined;
    if (place.rebuilt.some((table) => isSameName(table, fact.table))) return undefined;
    const { type, name } = fact;
    const remedy = place.isUndo
        ? "remove it: a rollback creates the views and triggers of views/ and triggers/ again"
        : adviseOnMisplaced(place, statement, type, name);
    return refuse("view-in-migration", `a migration creates the ${type} '${name}'`, remedy);
}

// In its own file, the object stands for the present: what later files drop or create again is no part of it.
function adviseOnMisplaced(
    { set, isPlain }: Pick<MigrationPlace, "set" | "isPlain">,
    statement: Statement,
    type: "view" | "trigger",
    name: string,
): string {
    const all = set.migrations.flatMap(({ path, statements }) => {
        const { rebuilt } = readStructure(statements);
        return statements.map((item) => ({ item, fact: readFact(item), place: `${path}:${item.line}`, rebuilt }));
    });
    const names = (token: Token, of: string): boolean => token.kind !== "string" && isSameName(readName(token), of);
    const uses = (of: string): boolean => statement.tokens.some((token) => names(token, of));
    const renamed: string[] = [];
    for (const { fact, place, rebuilt } of all.slice(all.findIndex(({ item }) => item === statement) + 1)) {
        if (fact.does === "create" && fact.type === type && isSameName(fact.name, name)) {
            return `remove it: ${place} creates it again`;
        }
        if (fact.does === "drop" && isSameName(fact.name, name)) {
            return `remove it, and the DROP at ${place}`;
        }
        if (
            fact.does === "drop" &&
            fact.type === "table" &&
            uses(fact.name) &&
            !rebuilt.some((own) => isSameName(own, fact.name))
        ) {
            return `remove it: ${place} drops '${fact.name}', which it needs`;
        }
        if (fact.does === "rename-table" && uses(fact.table)) renamed.push(`'${fact.to}' in place of '${fact.table}'`);
    }
    const file = set.objects.find((object) => object.type === type && isSameName(object.name, name));
    if (file) return `remove it: ${file.path} defines it`;
    const folder = set.name === coreSet ? `${type}s` : `${type}s/${set.name}`;
    const move = isPlain(name)
        ? `move it to ${folder}/${name}.sql`
        : `give it a name of letters, digits, _ and $ that begins with no digit, and move it to ${folder}/<that name>.sql`;
    return renamed.length === 0 ? move : `${move}, with ${renamed.join(" and ")}`;
}
