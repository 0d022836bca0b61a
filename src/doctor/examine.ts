import type { Connection, Query, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { type Check, type CheckLevel, levels } from "./checks.ts";

/** The result of one check. */
export type Examined =
    | { readonly check: Check; readonly state: "clean" }
    | {
          readonly check: Check;
          readonly state: "found";
          /** Number of rows that its query returns. */
          readonly count: number;
          /** The first of them, by column. */
          readonly examples: readonly Row[];
      }
    /** The database lacks a table, column, view or function that it reads, or its whole optional set. */
    | {
          readonly check: Check;
          readonly state: "skipped";
          readonly reason: string;
          /** The set is optional, and not installed. */
          readonly isOptional?: boolean;
      }
    /** It failed for another reason. */
    | { readonly check: Check; readonly state: "failed"; readonly reason: string };

/** Not a plausible column of a check. */
const countColumn = "rows of the check";
/**
 * How many checks are read together. On a server: few enough to end within the time limit of a transaction. On a file: one,
 * because an interrupt is noticed only between reads.
 */
const checksAtOnce = { server: 12, file: 1 } as const;

const selectTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

/** The results of all checks. */
interface Examination {
    readonly examined: readonly Examined[];
    /** The fault if a page of the database could not be read. */
    readonly damage: DatabaseFault | undefined;
}

/**
 * Runs checks on a database that has tables; the most severe findings come first. Only reads.
 *
 * @param options.isOneRequest read everything but the slow checks at once: for a page, which asks a server once. What cannot
 *     be read at once (a damaged page, a time limit) is read in groups after all
 * @throws AppError `drift` for a database without tables, `interrupted`; DatabaseFault when it cannot be read at all
 */
export async function examineDatabase(
    connection: Pick<Connection, "readAll" | "target">,
    checks: readonly Check[],
    options: { examples: number; signal: AbortSignal; isOneRequest?: boolean },
): Promise<Examination> {
    const early = options.isOneRequest ? checks.filter(({ isSlow }) => !isSlow) : [];
    const facts = [
        { sql: `${selectTables} AND name NOT LIKE 'sqlite!_%' ESCAPE '!' LIMIT 1` },
        { sql: `${selectTables} AND name LIKE 'schemaversion!_%' ESCAPE '!'` },
    ];
    const [any, versions, ...results] = await connection
        .readAll([...facts, ...early.map((check) => renderCheck(check, options.examples))])
        .catch((error: unknown) => {
            if (early.length > 0 && isOfGroup(error)) return connection.readAll(facts);
            throw error;
        });
    if (any?.ok && any.rows.length === 0) {
        throw new AppError("drift", "this database has no tables, so there is nothing to examine", {
            hint: "check the URL, or deploy the schema with `pnpm db:migrate`",
        });
    }
    const atOnce = checksAtOnce[connection.target.kind];
    const read = (queries: readonly Query[]): Promise<ReadResult[]> => connection.readAll(queries);
    const installed = versions?.ok ? versions.rows.map(({ name }) => String(name)) : [];
    const applies = ({ set }: Check): boolean => set === undefined || installed.includes(`schemaversion_${set}`);
    const done = results.length === 0 ? [] : early;
    const known = done.flatMap((check, at) => (applies(check) ? toExamined(check, results[at], options.examples) : []));
    const left = checks.filter((check) => applies(check) && !done.includes(check));
    const { examined, damage } = await examine(read, left, { ...options, atOnce });
    const others = checks.filter((check) => !applies(check)).map(skipOptional);
    return { examined: sortByLevel([...known, ...examined, ...others]), damage };
}

// A damaged page, a text that is not UTF-8 or a time limit fails all that is read together.
function isOfGroup(error: unknown): boolean {
    if (!(error instanceof DatabaseFault)) return false;
    return isOfOneRow(error) || error.kind === "transaction-timeout" || error.variant === "no-answer";
}

function isOfOneRow({ kind, variant }: DatabaseFault): boolean {
    return kind === "corrupt" || variant === "not-utf8";
}

function skipOptional(check: Check): Examined {
    return { check, state: "skipped", reason: `the set '${check.set}' is not installed`, isOptional: true };
}

/**
 * Runs checks, `atOnce` in one snapshot, each with some example rows.
 * @throws AppError `interrupted`, DatabaseFault
 */
export async function examine(
    read: (queries: readonly Query[]) => Promise<readonly ReadResult[]>,
    checks: readonly Check[],
    { examples, atOnce, signal }: { examples: number; atOnce: number; signal: AbortSignal },
): Promise<Examination> {
    const examined: Examined[] = [];
    let damage: DatabaseFault | undefined;
    // What fails a whole group is then read check by check, so that the others return results.
    const readGroup = async (queries: readonly Query[]): Promise<readonly ReadResult[]> => {
        try {
            return await read(queries);
        } catch (error) {
            if (!(error instanceof DatabaseFault) || !isOfOneRow(error)) throw error;
            if (error.kind === "corrupt") damage = error;
            if (queries.length === 1) return [{ ok: false, message: error.message }];
        }
        const results: ReadResult[] = [];
        for (const query of queries) results.push(...(await readGroup([query])));
        return results;
    };
    for (const group of groupChecks(checks, atOnce)) {
        await new Promise(setImmediate);
        if (signal.aborted) throw new AppError("interrupted", "interrupted", { outcome: "Nothing was changed." });
        const results = await readGroup(group.map((check) => renderCheck(check, examples))).catch(failAlone(group));
        examined.push(...group.map((check, index) => toExamined(check, results[index], examples)));
    }
    return { examined, damage };
}

// Checks that read every page run last and alone, because on a large database one may time out.
function groupChecks(checks: readonly Check[], atOnce: number): Check[][] {
    const quick = checks.filter(({ isSlow }) => !isSlow);
    const groups: Check[][] = [];
    for (let at = 0; at < quick.length; at += atOnce) groups.push(quick.slice(at, at + atOnce));
    return [...groups, ...checks.filter(({ isSlow }) => isSlow).map((check) => [check])];
}

function failAlone([check]: readonly Check[]): (error: unknown) => readonly ReadResult[] {
    return (error) => {
        if (!check?.isSlow || !(error instanceof DatabaseFault) || error.variant !== "no-answer") throw error;
        return [{ ok: false, message: error.message }];
    };
}

// Returns the first rows of a check and the number of all rows in one query.
function renderCheck({ sql }: Check, examples: number): Query {
    return {
        sql: `WITH finding AS MATERIALIZED (\n${sql}\n)\nSELECT finding.*, (SELECT count(*) FROM finding) AS "${countColumn}" FROM finding LIMIT ${Math.max(1, examples)}`,
    };
}

function toExamined(check: Check, result: ReadResult | undefined, examples: number): Examined {
    if (!result?.ok) {
        const reason = result?.message ?? "no answer";
        const isMissing = /\bno such (table|column|view|function|module)\b/.test(reason);
        return { check, state: isMissing ? "skipped" : "failed", reason };
    }
    const [first] = result.rows;
    if (!first) return { check, state: "clean" };
    const shown = result.rows.slice(0, examples).map((row) => {
        const { [countColumn]: _, ...columns } = row;
        return columns;
    });
    return { check, state: "found", count: Number(first[countColumn]), examples: shown };
}

const ranks = { found: 0, failed: 1, skipped: 2, clean: 3 } as const;

function sortByLevel(examined: readonly Examined[]): Examined[] {
    const rank = ({ state, check }: Examined): number => ranks[state] * levels.length + levels.indexOf(check.level);
    return [...examined].sort((a, b) => rank(a) - rank(b) || (a.check.name < b.check.name ? -1 : 1));
}

/** Number of checks by result. */
export interface ExaminationCounts {
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
    /** Checks that ran successfully. */
    readonly examined: number;
    readonly failed: number;
    readonly skipped: number;
    /** Skipped checks of optional sets that are not installed. */
    readonly optional: number;
}

/** Counts the results of checks. Pure. */
export function countFindings(examined: readonly Examined[]): ExaminationCounts {
    const count = (test: (item: Examined) => boolean): number => examined.filter(test).length;
    const found = (level: CheckLevel): number =>
        count(({ state, check }) => state === "found" && check.level === level);
    return {
        errors: found("error"),
        warnings: found("warning"),
        notes: found("note"),
        examined: count(({ state }) => state === "found" || state === "clean"),
        failed: count(({ state }) => state === "failed"),
        skipped: count(({ state }) => state === "skipped"),
        optional: count((item) => item.state === "skipped" && item.isOptional === true),
    };
}
