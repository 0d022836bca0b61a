import type { KnownSchema, KnownTable } from "../../schema/known-schema.ts";
import { readName } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import type { Statement } from "../../sql/statements.ts";
import { describeTable } from "../clauses.ts";
import { defineRules } from "../rule.ts";

export const undoRules = defineRules("safe", [
    {
        id: "no-undo",
        summary: "a migration without its undo file",
        why: "Only a backup can restore the state before it.",
        remedy: "write the undo file beside it",
        *find({ kind, opposite }) {
            if (kind === "do" && !opposite) yield { line: 1, message: "has no undo file" };
        },
    },
    {
        id: "undo-incomplete",
        summary: "an undo file that does not restore the tables, columns and indexes before its do file",
        why: "After a rollback, no files describe the database, and the next deploy fails or differs.",
        remedy: "undo exactly what the do file does",
        *find({ restores, after }) {
            if (!restores) return;
            for (const message of compare(restores, after)) yield { line: 1, message };
        },
    },
]);

function* compare(before: KnownSchema, after: KnownSchema): Generator<string> {
    for (const [key, { name, type, table }] of after.parts) {
        if (!before.parts.has(key) && before.tables.has(table)) yield `leaves the ${type} '${name}'`;
    }
    for (const [key, { name, type, table }] of before.parts) {
        if (!after.parts.has(key) && after.tables.has(table)) yield `does not restore the ${type} '${name}'`;
    }
    for (const [key, { name }] of after.tables) if (!before.tables.has(key)) yield `leaves the table '${name}'`;
    for (const [key, table] of before.tables) {
        const now = after.tables.get(key);
        if (!now) yield `does not restore the table '${table.name}'`;
        else yield* compareTables(table, now);
    }
}

function* compareTables(before: KnownTable, now: KnownTable): Generator<string> {
    const isIn = (table: KnownTable, name: string): boolean =>
        table.columns.some((other) => isSameName(other.name, name));
    const extra = now.columns.filter(({ name }) => !isIn(before, name));
    const missing = before.columns.filter(({ name }) => !isIn(now, name));
    for (const { name } of extra) yield `leaves the column '${before.name}.${name}'`;
    for (const { name } of missing) yield `does not restore the column '${before.name}.${name}'`;
    if (extra.length + missing.length > 0 || before.altered || now.altered) return;
    const [one, other] = [before, now].map(({ name, statement }) => describeTable(statement, name, nameOf(statement)));
    if (one !== other) yield `leaves '${before.name}' with another definition`;
}

// The name in the statement, which a later rename may have changed.
function nameOf({ tokens }: Statement): string {
    const token = tokens[tokens.findIndex(({ text }) => text === "(") - 1];
    return token ? readName(token) : "";
}
