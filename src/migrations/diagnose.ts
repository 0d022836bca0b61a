import type { Connection } from "../database/connection.ts";
import { type DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { SqlFile } from "./files.ts";
import { checkViolations, listLosses } from "./guards.ts";
import { renderParts, type ScriptInput, type ScriptPart } from "./script.ts";

const shownViolations = 20;

/**
 * Finds the statement at which a step failed, by a rehearsal that is always rolled back: the drivers do not tell it.
 *
 * @returns the error as the user reads it, with path, line and excerpt
 */
export async function diagnose(connection: Connection, input: ScriptInput, fault: DatabaseFault): Promise<AppError> {
    const parts = renderParts(input);
    const options = { foreignKeysOff: input.step.rebuilt.length > 0 };
    const rehearsal = await connection.rehearse(
        parts.map((part) => part.sql),
        [],
        options,
    );
    const failed = rehearsal.failedIndex === undefined ? undefined : parts[rehearsal.failedIndex];
    if (!failed) {
        const error = explainFault(fault, connection.target);
        return new AppError(error.code, error.message, {
            hint: "a rehearsal of the same statements passes now; run the command again",
            cause: fault,
        });
    }
    const before = parts.slice(0, rehearsal.failedIndex);
    if (failed.role === "guard") return explainGuard(connection, input, failed, before, rehearsal.message ?? "");
    return explainStatement(input, failed, rehearsal.message ?? fault.message, fault);
}

async function explainGuard(
    connection: Connection,
    input: ScriptInput,
    failed: ScriptPart,
    before: readonly ScriptPart[],
    message: string,
): Promise<AppError> {
    const { step } = input;
    const statements = before.map((part) => part.sql);
    const options = { foreignKeysOff: step.rebuilt.length > 0 };
    const list = async (queries: string[]): Promise<string[]> => {
        const result = await connection.rehearse(
            statements,
            queries.map((sql) => ({ sql })),
            options,
        );
        return result.results.flatMap((item) => (item.ok ? item.rows.map((row) => String(Object.values(row)[0])) : []));
    };
    const path = step.migrations.map((file) => file.path).join(", ");
    if (failed.sql === checkViolations) {
        const rows = await list([
            `SELECT "table" || ' row ' || coalesce(rowid, '?') || ' points to a row of ' || parent || ' that is not there' ` +
                `FROM pragma_foreign_key_check LIMIT ${shownViolations}`,
        ]);
        return new AppError("would-lose", `${path}: leaves rows that violate a foreign key`, {
            details: rows,
            hint: "move or delete the rows that point nowhere in the same migration",
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
            : "run the command again: it begins by reading the database anew",
    });
}

function explainStatement(input: ScriptInput, failed: ScriptPart, message: string, cause: unknown): AppError {
    if (failed.path === undefined || failed.line === undefined) {
        return new AppError("migration-failed", message, { details: [failed.sql], cause });
    }
    const file = findFile(input, failed.path);
    return new AppError("migration-failed", `${failed.path}:${failed.line}: ${message}`, {
        details: file ? excerpt(file, failed, message) : [failed.sql],
        hint: `mend ${failed.path}, then run the command again`,
        cause,
    });
}

function findFile({ sets }: ScriptInput, path: string): SqlFile | undefined {
    const files = sets.flatMap((set) => [
        ...set.migrations.flatMap((file): SqlFile[] => (file.undo ? [file, file.undo] : [file])),
        ...set.objects,
    ]);
    return files.find((file) => file.path === path);
}

// The first lines of the statement, or the lines around the word that the message says is wrong.
function excerpt(file: SqlFile, failed: ScriptPart, message: string): string[] {
    const lines = file.sql.split("\n");
    const first = failed.line ?? 1;
    const last = first + failed.sql.split("\n").length - 1;
    const word = /near "([^"]+)"/.exec(message)?.[1];
    const hit = word ? lines.findIndex((line, at) => at >= first - 1 && at < last && line.includes(word)) + 1 : 0;
    const from = hit === 0 ? first : Math.max(first, hit - 1);
    const to = Math.min(last, from + 2);
    const width = String(to).length;
    return lines.slice(from - 1, to).map((line, at) => `    ${String(from + at).padStart(width)} | ${line}`);
}
