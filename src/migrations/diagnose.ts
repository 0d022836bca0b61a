import type { Connection } from "../database/connection.ts";
import { type DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { describeSet } from "../planning/bookkeeping.ts";
import type { MigrationSet, SqlFile } from "../planning/files.ts";
import { listLosses, listViolations } from "../planning/guards.ts";
import { renderParts, type ScriptInput, type ScriptPart, scriptOptions } from "../planning/script.ts";
import { findOwnTables } from "../planning/structure.ts";
import { explainRefusal } from "../sql/checks.ts";
import { isSignificant, readName, tokenize } from "../sql/lexer.ts";
import { findBrokenObject } from "./broken-object.ts";

const shownViolations = 20;

/**
 * Explains why a step failed. The fault names its statement; further runs that are always rolled back find what a guard
 * would have lost, and which view or trigger broke a proof.
 *
 * @returns the error as the user reads it, with path, line and excerpt
 */
export async function diagnose(connection: Connection, input: ScriptInput, fault: DatabaseFault): Promise<AppError> {
    const parts = renderParts(input);
    const failed = fault.part === undefined ? undefined : parts[fault.part];
    if (!failed) {
        const error = explainFault(fault, connection.target);
        return new AppError(error.code, error.message, {
            hint: "each statement ran, and the transaction as a whole was refused; run the command again",
            cause: fault,
        });
    }
    const statements = [...parts.map(({ sql }) => sql), ...input.state.schema.map(({ sql }) => sql)];
    const message = explainRefusal(fault.message, statements);
    if (failed.role === "guard") return explainGuard(connection, input, parts.slice(0, fault.part), message);
    const culprit = failed.proves
        ? await findBrokenObject({ connection, parts, failed, message, options: scriptOptions(input) })
        : { part: failed, message };
    return explainStatement(input.sets, culprit.part, culprit.message, fault);
}

async function explainGuard(
    connection: Connection,
    input: ScriptInput,
    before: readonly ScriptPart[],
    message: string,
): Promise<AppError> {
    const { step, sets } = input;
    const list = async (queries: string[]): Promise<string[]> => {
        const asked = queries.map((sql) => ({ sql }));
        const { results } = await connection.tryOut(before, asked, scriptOptions(input));
        return results.flatMap((item) => (item.ok ? item.rows.map((row) => String(Object.values(row)[0])) : []));
    };
    const path = step.migrations.map((file) => file.path).join(", ");
    if (message.includes("foreign_keys_are_violated")) {
        return new AppError("would-lose", `${path}: leaves rows that violate a foreign key`, {
            details: await list([listViolations(findOwnTables(sets), shownViolations)]),
            hint: "move or delete the rows that point nowhere in the same migration",
        });
    }
    if (message.includes("rows_came_that_would_be_lost")) {
        return new AppError("would-lose", "rows came meanwhile that this run would lose", {
            hint: "run the command again: it lists them",
        });
    }
    if (message.startsWith("foreign key mismatch")) {
        return new AppError("migration-failed", `${path}: ${message}`, {
            hint: "point the foreign key at the primary key, or at columns with a UNIQUE index of their own",
        });
    }
    if (message.includes("a_rebuild_would_lose")) {
        const lost = await list(step.rebuilt.map((table) => listLosses(table, step.dropped)));
        return new AppError("would-lose", `${path}: the rebuild would lose what the table has now`, {
            details: lost.map((item) => `would be lost: ${item}`),
            hint: "copy every row, and create the indexes and triggers again after the rename (migrations/README.md)",
        });
    }
    return new AppError("migration-failed", message, {
        hint: message.includes("foreign_keys_are_not_off")
            ? "this server does not switch foreign keys off, so the table cannot be rebuilt there"
            : "run the command again: it reads the database first",
    });
}

/** The error of a statement that failed: path, line and excerpt where it is a file's. */
export function explainStatement(
    sets: readonly MigrationSet[],
    failed: ScriptPart,
    message: string,
    cause?: unknown,
): AppError {
    if (failed.path === undefined || failed.line === undefined) {
        const { proves } = failed;
        if (!proves) return new AppError("migration-failed", message, { details: [failed.sql], cause });
        return new AppError(
            "migration-failed",
            `${proves.type} '${proves.name}'${describeSet(proves.set)}: ${message}`,
            {
                hint: "its files are not in this checkout: run the command in one that has them",
                cause,
            },
        );
    }
    const file = findFile(sets, failed.path);
    const [, type, name] = /^error in (view|trigger) (\S+?):? /.exec(message) ?? [];
    const stranger = `put the ${type} '${name}' into a file, or drop it in this migration and create it again at its end`;
    return new AppError("migration-failed", `${failed.path}:${failed.line}: ${message}`, {
        details: file ? excerpt(file, failed, message) : [failed.sql],
        hint: name === undefined ? `correct ${failed.path}, then run the command again` : stranger,
        cause,
    });
}

function findFile(sets: readonly MigrationSet[], path: string): SqlFile | undefined {
    const files = sets.flatMap((set) => [
        ...set.migrations.flatMap((file): SqlFile[] => (file.undo ? [file, file.undo] : [file])),
        ...set.objects,
    ]);
    return files.find((file) => file.path === path);
}

// The first lines of the statement, or the lines around the word that the message blames.
function excerpt(file: SqlFile, failed: ScriptPart, message: string): string[] {
    const lines = file.sql.split("\n");
    const first = failed.line ?? 1;
    const sql = failed.proves?.statement.sql ?? failed.sql;
    const last = first + sql.split("\n").length - 1;
    const hit = findBlamedLine(sql, message);
    const from = hit === undefined ? first : Math.max(first, first + hit - 2);
    const to = Math.min(last, from + 2);
    const width = String(to).length;
    return lines.slice(from - 1, to).map((line, at) => `    ${String(from + at).padStart(width)} | ${line}`);
}

// Line in the statement, from 1; undefined where the word stands in several places, or in none.
function findBlamedLine(sql: string, message: string): number | undefined {
    const near = /near "([^"]+)"/.exec(message)?.[1];
    const missing = /no such (?:table|column|function): (?:\S*\.)?(\S+)/.exec(message)?.[1];
    const hits = tokenize(sql).filter((token) => isSignificant(token) && readName(token) === (near ?? missing));
    return near === undefined || hits.length === 1 ? hits[0]?.line : undefined;
}
