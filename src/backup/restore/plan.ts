import { AppError } from "../../errors.ts";
import { findIndexedTables, isVirtual } from "../../schema/facts.ts";
import { quoteName } from "../../sql/quoting.ts";
import { suggest } from "../../text/similar.ts";
import type { Manifest, StatementNote } from "../format.ts";
import type { SchemaObject } from "../layout.ts";
import type { CheckedBackup } from "./check.ts";

/** What the user asked for. */
export interface RestoreChoice {
    /** Tables to restore; all when undefined. */
    readonly only?: readonly string[] | undefined;
    /** Whether existing tables or rows may be replaced. */
    readonly replace: boolean;
}

/** What a restore does. */
export interface RestorePlan {
    /** Statements before those of the backup. */
    readonly before: readonly string[];
    /** Whether a statement of the backup runs. */
    readonly wants: (note: StatementNote) => boolean;
    /** Statements after those of the backup. */
    readonly after: readonly string[];
    /** Tables that stay: only their rows are replaced. */
    readonly refilled: readonly string[];
    /** Those of them with AUTOINCREMENT. */
    readonly counted: readonly string[];
    /** Tables that are created. */
    readonly made: readonly string[];
    /** Objects that are dropped, with the type before the name. */
    readonly dropped: readonly string[];
}

/**
 * Plans a restore from the contents of the backup and of the database.
 *
 * @throws AppError `would-lose` for a database that is not empty, `usage` for tables that the backup does not hold
 */
export function planRestore(
    { manifest, objects }: CheckedBackup,
    live: readonly SchemaObject[],
    choice: RestoreChoice,
): RestorePlan {
    const { only, replace } = choice;
    if (only) refuseMissing(only, manifest);
    if (!only && manifest.only && live.length > 0 && replace) {
        const message = `this backup holds only ${listNames(manifest.only)}, but --replace would drop everything`;
        const hint = `name its tables: \`--replace --table ${manifest.only.join(" ")}\``;
        throw new AppError("usage", message, { hint, outcome: nothingDone });
    }
    refuseOccupied(live, choice);
    const isWanted = (table: string | undefined): boolean => !only || only.includes(table ?? "");
    const isLive = (table: string): boolean => live.some(({ type, name }) => type === "table" && name === table);
    const refilled = only?.filter(isLive) ?? [];
    const made = objects.filter(({ type, name }) => type === "table" && isWanted(name) && !refilled.includes(name));
    const wants = ({ does, table }: StatementNote): boolean => {
        if (["settings", "begin", "commit"].includes(does)) return false;
        if (!only) return true;
        if (does === "view" || does === "trigger" || !isWanted(table)) return false;
        return does === "rows" || does === "clear" || !refilled.includes(table ?? "");
    };
    const dropped = only ? [] : sortForDrop(live);
    const triggers = live.filter((object) => object.type === "trigger" && refilled.includes(object.table));
    return {
        before: [
            ...dropped.map(({ type, name }) => `DROP ${type.toUpperCase()} IF EXISTS ${quoteName(name)}`),
            ...triggers.map(({ name }) => `DROP TRIGGER ${quoteName(name)}`),
            ...refilled.map((name) => `DELETE FROM ${quoteName(name)}`),
        ],
        wants,
        after: [...triggers.map(({ sql }) => sql), ...rebuildSearch(live, refilled)],
        refilled,
        counted: refilled.filter((table) =>
            live.some(({ type, name, sql }) => type === "table" && name === table && /\bAUTOINCREMENT\b/i.test(sql)),
        ),
        made: made.map(({ name }) => name),
        dropped: dropped.map(({ type, name }) => `${type} ${name}`),
    };
}

/** The outcome of an error before the commit. */
export const nothingDone = "Nothing was restored. The database is as it was.";

function refuseMissing(only: readonly string[], manifest: Manifest): void {
    const tables = manifest.tables.map(({ name }) => name);
    const missing = only.filter((name) => !tables.includes(name));
    if (missing.length === 0) return;
    throw new AppError(
        "usage",
        `the backup does not hold the table ${listNames(missing)}${suggest(missing[0] ?? "", tables)}`,
        {
            hint: `it holds: ${tables.join(", ")}`,
            outcome: nothingDone,
        },
    );
}

const namedAtMost = 12;

/**
 * Refuses a database that is not empty, unless what is there may be replaced.
 * @throws AppError `would-lose`
 */
export function refuseOccupied(live: readonly SchemaObject[], { only, replace }: RestoreChoice): void {
    if (live.length === 0 || replace) return;
    const tables = live.filter(({ type }) => type === "table").map(({ name }) => name);
    const more = tables.length > namedAtMost ? `, and ${tables.length - namedAtMost} more` : "";
    const listed = `the tables ${tables.slice(0, namedAtMost).join(", ")}${more}`;
    const what = tables.length > 0 ? listed : listNames(live.map(({ name }) => name));
    throw new AppError("would-lose", `the database is not empty: it holds ${what}`, {
        hint: only
            ? `add --replace to replace the rows of ${listNames(only)}, and nothing else`
            : "restore into an empty database, or add --replace to drop everything in it first",
        outcome: nothingDone,
    });
}

/** Sorts objects so that each can be dropped, without those that are dropped with another. */
function sortForDrop(live: readonly SchemaObject[]): SchemaObject[] {
    const tables = live.filter(({ type }) => type === "table");
    return [
        ...live.filter(({ type }) => type === "trigger"),
        ...live.filter(({ type }) => type === "view"),
        ...live.filter(({ type, sql }) => type === "index" && /\blibsql_vector_idx\b/i.test(sql)),
        ...tables.filter(isVirtual),
        ...tables.filter((table) => !isVirtual(table)),
    ];
}

// Triggers update a full-text index over another table. They are dropped while rows are replaced.
function rebuildSearch(live: readonly SchemaObject[], refilled: readonly string[]): string[] {
    const indexes = live.filter((row) => findIndexedTables(row, live).some((name) => refilled.includes(name)));
    return indexes.map(({ name }) => `INSERT INTO ${quoteName(name)} (${quoteName(name)}) VALUES ('rebuild')`);
}

/** Renders names in quotes, separated by commas. */
export function listNames(names: readonly string[]): string {
    return names.map((name) => `'${name}'`).join(", ");
}
