import type { ObjectType } from "../planning/files.ts";
import { plainName } from "../planning/problems.ts";
import { readStructure } from "../planning/structure.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { findTriggerEvent, readFact, type StatementFact, storedSql } from "../sql/statement-facts.ts";
import { checksumTokens, type Statement } from "../sql/statements.ts";
import type { ParsedScript } from "./parse.ts";
import { readWithComment } from "./transcribe.ts";

/** A view or trigger that the scripts create, and what they did to it last. */
export interface MovedObject {
    readonly type: ObjectType;
    readonly name: string;
    readonly path: string;
    readonly line: number;
    /** Its last CREATE, with the comment above it. */
    readonly text: string;
    readonly statement: Statement;
    readonly isDropped: boolean;
}

/** Follows the views and triggers that scripts create and drop, by their names in lower case. */
export function followObjects(scripts: readonly ParsedScript[]): ReadonlyMap<string, MovedObject> {
    const found = new Map<string, MovedObject>();
    for (const script of scripts) {
        for (const statement of script.statements) {
            const fact = readFact(statement);
            if ((fact.does !== "create" && fact.does !== "drop") || (fact.type !== "view" && fact.type !== "trigger"))
                continue;
            const { type, name } = fact;
            const key = name.toLowerCase();
            const known = found.get(key);
            if (fact.does === "drop" && known) found.set(key, { ...known, isDropped: true });
            if (fact.does === "drop" || fact.temporary || !plainName.test(name)) continue;
            const text = readWithComment(script, statement);
            found.set(key, { type, name, path: script.path, line: statement.line, text, statement, isDropped: false });
        }
    }
    return found;
}

/** Returns a function that tells the statements that create or drop one of these objects. */
export function tellMoved(objects: ReadonlyMap<string, MovedObject>): (statement: Statement) => boolean {
    return (statement) => {
        const fact = readFact(statement);
        if (fact.does !== "create" && fact.does !== "drop") return false;
        const isTemporary = fact.does === "create" && fact.temporary;
        return !isTemporary && objects.get(fact.name.toLowerCase())?.type === fact.type;
    };
}

/**
 * Returns the text of an object's file: as it was written, or as the database has it after a rename changed it; undefined
 * when it is gone.
 *
 * @param schema at the end; undefined when that is not known
 */
export function renderObject(object: MovedObject, schema: readonly SchemaRow[] | undefined): string | undefined {
    if (object.isDropped) return undefined;
    if (!schema) return object.text;
    const row = schema.find(({ type, name }) => type === object.type && isSameName(name, object.name));
    if (!row?.sql) return undefined;
    return checksumTokens(storedSql(object.statement)) === checksumTokens(row.sql) ? object.text : `${row.sql};\n`;
}

/** A statement of the originals for which other triggers fire than for the same statement in the written files. */
export interface Misfire {
    readonly path: string;
    readonly line: number;
    /** The name of the trigger. */
    readonly trigger: string;
    /**
     * early: fires before the originals create it; gone: no longer there; late: created after the file, which creates the
     * table; changed: fires in its last form
     */
    readonly how: "early" | "gone" | "late" | "changed";
    /** The trigger as it fires now or, when it no longer does, as it fired. */
    readonly statement: Statement;
}

type Write = Extract<StatementFact, { does: "write" }>;

/** Finds the statements for which a trigger fires otherwise, now that each is there from the start and in its last form. */
export function findMisfires(scripts: readonly ParsedScript[], objects: ReadonlyMap<string, MovedObject>): Misfire[] {
    const last = new Map(
        [...objects].flatMap(([key, { type, isDropped, statement }]) =>
            type === "trigger" && !isDropped ? [[key, statement] as const] : [],
        ),
    );
    const now = new Map<string, Statement>();
    const misfires: Misfire[] = [];
    for (const { path, statements } of scripts) {
        const { writtenBefore, writtenAfter } = readStructure(statements);
        const written = [...writtenBefore, ...writtenAfter];
        for (const statement of statements) {
            const fact = readFact(statement);
            if (fact.does === "write") {
                const { line } = statement;
                const isOlder = written.some((item) => item.line === line && isSameName(item.table, fact.table));
                const found = compareFiring(fact, now, last, isOlder);
                misfires.push(...found.map((misfire) => ({ ...misfire, path, line })));
            } else followTriggers(now, statement, fact);
        }
    }
    return misfires;
}

function followTriggers(triggers: Map<string, Statement>, statement: Statement, fact: StatementFact): void {
    if (fact.does === "create" && fact.type === "trigger") triggers.set(fact.name.toLowerCase(), statement);
    if (fact.does !== "drop") return;
    for (const [key, trigger] of triggers) {
        const made = readFact(trigger);
        const owner = fact.type === "trigger" ? "name" : "table";
        if (made.does === "create" && isSameName(made[owner], fact.name)) triggers.delete(key);
    }
}

function compareFiring(
    write: Write,
    before: ReadonlyMap<string, Statement>,
    after: ReadonlyMap<string, Statement>,
    isOlder: boolean,
): Omit<Misfire, "path" | "line">[] {
    const firing = (trigger: Statement | undefined): Statement | undefined => {
        const event = trigger && findTriggerEvent(trigger);
        return event && isSameName(event.table, write.table) && write.events.includes(event.event)
            ? trigger
            : undefined;
    };
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): Omit<Misfire, "path" | "line">[] => {
        const [old, own] = [firing(before.get(key)), isOlder ? firing(after.get(key)) : undefined];
        const statement = own ?? old;
        if (!statement || (old && own && checksumTokens(old.sql) === checksumTokens(own.sql))) return [];
        const how = own ? (old ? "changed" : "early") : after.has(key) && !isOlder ? "late" : "gone";
        return [{ trigger: nameOf(statement), how, statement }];
    });
}

function nameOf(trigger: Statement): string {
    const fact = readFact(trigger);
    return fact.does === "create" ? fact.name : "";
}

/** Finds the first of these that can change a table, where needed by way of other triggers. */
export function blameMisfire(
    misfires: readonly Misfire[],
    objects: ReadonlyMap<string, MovedObject>,
    table: string,
): Misfire | undefined {
    const triggers = [...objects.values()].flatMap(({ type, statement }) => (type === "trigger" ? [statement] : []));
    const names = ({ tokens }: Statement, name: string): boolean =>
        tokens.some((token) => isSameName(readName(token), name));
    const reaches = (from: Statement, seen: readonly Statement[]): boolean =>
        names(from, table) ||
        triggers.some((next) => {
            const event = findTriggerEvent(next);
            return !seen.includes(next) && !!event && names(from, event.table) && reaches(next, [...seen, next]);
        });
    return misfires.find(({ statement }) => reaches(statement, [statement]));
}
