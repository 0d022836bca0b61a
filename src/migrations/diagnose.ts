import type { Connection } from "../database/connection.ts";
import { type DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { coreSet, type MigrationSet, type SqlFile, withUndo } from "../planning/files.ts";
import { listLosses, listViolations } from "../planning/guards.ts";
import { plainName } from "../planning/problems.ts";
import { renderParts, type ScriptInput, type ScriptPart, scriptOptions } from "../planning/script.ts";
import { findSchemaRow } from "../planning/state.ts";
import { findOwnTables } from "../planning/structure.ts";
import { findBlamedLine } from "../sql/blame.ts";
import { explainRefusal } from "../sql/checks.ts";
import { isSameName } from "../sql/names.ts";
import { writeName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";
import { findBrokenObject, noSet } from "./broken-object.ts";

const shownViolations = 20;

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
    if (failed.role === "guard") return explainGuard(connection, input, parts.slice(0, fault.part), message);
    const culprit = failed.proves
        ? await findBrokenObject({
              ...{ connection, parts, failed, message, options: scriptOptions(input) },
              schema: input.state.schema,
          })
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
            hint: "in the same migration, delete these rows or let them reference existing ones",
        });
    }
    if (message.includes("rows_came_that_would_be_lost")) {
        return new AppError("would-lose", "rows were added meanwhile that this run would lose", {
            hint: "run the command again: it lists them",
        });
    }
    if (message.startsWith("foreign key mismatch")) {
        return new AppError("migration-failed", `${path}: ${message}`, {
            hint: "reference the primary key, or columns with a UNIQUE index of their own",
        });
    }
    if (message.includes("a_rebuild_would_lose")) {
        const lost = await list(step.rebuilt.map((table) => listLosses(table, step.dropped)));
        const isNew = (item: string): boolean => {
            const [, index] = /^index (.+)$/.exec(item) ?? [];
            return index !== undefined && !findSchemaRow(input.state, index);
        };
        return new AppError("would-lose", `${path}: the rebuild would lose what the table has now`, {
            details: lost.map((item) => `would be lost: ${item}`),
            hint: lost.every(isNew)
                ? "an index was created meanwhile: run the command again, which keeps it"
                : adviseOnLosses(step.rebuilt[0] ?? "", lost),
        });
    }
    return new AppError("migration-failed", message, {
        hint: message.includes("foreign_keys_are_not_off")
            ? "rebuild the table elsewhere: this server does not switch foreign keys off"
            : "run the command again: it reads the database first",
    });
}

function adviseOnLosses(table: string, lost: readonly string[]): string {
    const objects = lost.filter((item) => /^(index|trigger) /.test(item));
    const [type, ...name] = (objects[0] ?? "").split(" ");
    const drop = `DROP ${type?.toUpperCase()} ${writeName(name.join(" "))};`;
    const hints = [
        ...(objects.length < lost.length
            ? [
                  `copy every row; if rows should go, delete them in a migration of its own with the number before this one ` +
                      `(DELETE FROM ${writeName(table)} WHERE …; after what references them), and copy all rows here`,
              ]
            : []),
        ...(objects.length > 0
            ? [
                  "create the indexes and triggers again after the rename; one that should go is dropped by name before " +
                      `DROP TABLE (${drop})`,
              ]
            : []),
    ];
    return hints.join("; ");
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
    return new AppError("migration-failed", `${failed.path}:${failed.line}: ${message}`, {
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
