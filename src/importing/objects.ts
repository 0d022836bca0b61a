import type { ObjectType } from "../planning/files.ts";
import { plainName } from "../planning/problems.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { readFact, storedSql } from "../sql/statement-facts.ts";
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
