import type { Connection } from "../database/connection.ts";
import { type DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { coreSet, type MigrationSet, type SqlFile, withUndo } from "../planning/files.ts";
import { keyAdvice } from "../planning/guards.ts";
import { plainName } from "../planning/problems.ts";
import { renderParts, type ScriptInput, type ScriptPart, scriptOptions } from "../planning/script.ts";
import { explainFailedGuard, listPaths, locateFault, locateMismatch } from "../planning/shadow.ts";
import { findBlamedLine } from "../sql/blame.ts";
import { explainRefusal } from "../sql/checks.ts";
import { isSameName } from "../sql/names.ts";
import { writeName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";
import { findBrokenObject, noSet } from "./broken-object.ts";
import { explainRowsInTheWay } from "./rows-in-the-way.ts";

/**
 * Explains why a step failed. The fault has the index of the statement; further trials find what a guard protected, and
 * which view or trigger broke a proof.
 *
 * @returns the error for the user, with path, line and excerpt
 */
export async function diagnose(connection: Connection, input: ScriptInput, fault: DatabaseFault): Promise<AppError> {
    const parts = renderParts(input);
    const failed = fault.part === undefined ? undefined : parts[fault.part];
    if (!failed) {
        const error = explainFault(fault, connection.target);
        if (fault.part !== parts.length) return error;
        return new AppError(error.code, error.message, {
            hint: "run the command again: each statement ran, but the transaction as a whole was refused",
            cause: fault,
        });
    }
    const statements = [...parts.map(({ sql }) => sql), ...input.state.schema.map(({ sql }) => sql)];
    const message = explainRefusal(fault.message, statements);
    const mismatch = locateMismatch(input, message);
    if (mismatch) {
        const place = `${mismatch.path}:${mismatch.line}`;
        return new AppError("migration-failed", `${place}: ${message}`, { hint: keyAdvice, cause: fault });
    }
    if (failed.role === "guard") return toGuardError(connection, input, parts.slice(0, fault.part), message);
    const culprit = failed.proves
        ? await findBrokenObject({
              ...{ connection, parts, failed, message, options: scriptOptions(input) },
              schema: input.state.schema,
          })
        : { part: failed, message };
    const error = explainStatement(input.sets, culprit.part, culprit.message, fault);
    return explainRowsInTheWay(connection, input.step, culprit.part, culprit.message, error).catch(() => error);
}

async function toGuardError(
    connection: Connection,
    input: ScriptInput,
    before: readonly ScriptPart[],
    message: string,
): Promise<AppError> {
    const { code, isOfFiles, details, hint, ...failure } = await explainFailedGuard(connection, input, before, message);
    return new AppError(code, isOfFiles ? `${listPaths(input)}: ${failure.message}` : failure.message, {
        details,
        hint,
    });
}

/** Makes the error of a failed statement, with path, line and excerpt for a statement of a file. */
export function explainStatement(
    sets: readonly MigrationSet[],
    failed: ScriptPart,
    message: string,
    cause?: unknown,
): AppError {
    if (failed.restores !== undefined) {
        const name = failed.restores;
        const why = `index '${name}', which no file creates, cannot be created again after the rebuild: ${message}`;
        return new AppError("migration-failed", why, { details: [failed.sql], hint: dropByHand(name), cause });
    }
    if (failed.path === undefined || failed.line === undefined) {
        const { proves } = failed;
        if (!proves) return new AppError("migration-failed", message, { details: [failed.sql], cause });
        if (proves.set === noSet) {
            return new AppError(
                "migration-failed",
                `${proves.type} '${proves.name}', which no file defines: ${message}`,
                {
                    hint: "correct or drop it by hand, or drop it in a migration",
                    cause,
                },
            );
        }
        const origin = proves.set === coreSet ? "" : ` of the ${proves.set} set`;
        return new AppError("migration-failed", `${proves.type} '${proves.name}'${origin}: ${message}`, {
            hint: "run the command in a checkout that has its files",
            cause,
        });
    }
    const file = findFile(sets, failed.path);
    const hint = adviseOnOther(sets, message, failed.line) ?? `correct ${failed.path}, then run the command again`;
    return new AppError("migration-failed", `${failed.path}:${locateFault(failed, message)}: ${message}`, {
        details: file ? excerpt(file, failed, message) : [failed.sql],
        hint,
        cause,
    });
}

// ALTER TABLE compiles the whole schema again, and fails at an object that the migration does not touch.
function adviseOnOther(sets: readonly MigrationSet[], message: string, line: number): string | undefined {
    const pattern = /^error in (view|trigger|index|table) (.+?)(?: after [a-z ]+)?: /;
    const [, type, name = ""] = pattern.exec(message) ?? [];
    if (type === undefined) return undefined;
    if (type === "table") {
        return `libSQL cannot create the table '${name}' again: back the database up (\`pnpm db:backup\`), and restore that into a new one, which gets the table in a form that libSQL accepts`;
    }
    // In a fresh database, a migration could not drop an index that none creates.
    if (type === "index" && !isCreated(sets, name)) return `no file creates the index '${name}': ${dropByHand(name)}`;
    const drop = `drop it in this migration, before line ${line}`;
    if (type === "index" || !plainName.test(name)) return `the ${type} '${name}' is in the way: ${drop}`;
    return `save the ${type} as ${type}s/${name}.sql with the text that it has, or ${drop}`;
}

function dropByHand(index: string): string {
    return `drop it by hand (\`DROP INDEX ${writeName(index)}\`), then run the command again`;
}

function isCreated(sets: readonly MigrationSet[], index: string): boolean {
    const facts = sets.flatMap(({ migrations }) => migrations).flatMap((file) => file.statements.map(readFact));
    return facts.some((fact) => fact.does === "create" && fact.type === "index" && isSameName(fact.name, index));
}

function findFile(sets: readonly MigrationSet[], path: string): SqlFile | undefined {
    const files = sets.flatMap((set): SqlFile[] => [...set.migrations.flatMap(withUndo), ...set.objects]);
    return files.find((file) => file.path === path);
}

// The first lines of the statement, or the lines around the word in the message.
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
