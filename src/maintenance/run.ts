import type { Connection, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { hearInterrupt } from "../database/interrupt.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { findPending, isMadeElsewhere, madeElsewhere } from "../planning/judge.ts";
import { type LeaveOut, readAll } from "../planning/prepare.ts";
import type { DatabaseState } from "../planning/state.ts";
import type { MaintenanceRule } from "./rules.ts";
import { countDue, countLeft, selectDue, writeRows } from "./statements.ts";

/** The rows that a rule finds, before anything is changed. */
export interface RuleCount {
    readonly rule: MaintenanceRule;
    readonly due: number;
    /** The first due rows. */
    readonly rows: readonly Row[];
    /** Number of rows that it cannot decide about. */
    readonly leftAlone: number;
}

/** The progress of a rule; changes while it runs. */
export interface RuleProgress {
    readonly rule: MaintenanceRule;
    readonly due: number;
    readonly rows: readonly Row[];
    changed: number;
    /** A transaction is being sent. */
    isWriting: boolean;
}

export interface RunSettings {
    /** The time of the run, ISO-8601, UTC. */
    readonly now: string;
    /** Returns milliseconds. */
    readonly clock: () => number;
    readonly signal: AbortSignal | undefined;
    readonly report: (progress: RuleProgress) => void;
}

/** Rows per read. */
const readAtOnce = 5_000;
/** Rows per transaction. */
const sizes = { first: 200, most: 5_000, least: 10 };
/** How often a transaction is tried, with fewer rows each time, if the server ends it because others wait for its lock. */
const attempts = 3;
/** How long a transaction should take, in milliseconds: after 5 seconds a server may end it. */
const aim = { least: 250, most: 1_000 };

/**
 * Counts the rows that each rule changes and leaves alone, in one request; in two if a rule has thousands of rows.
 *
 * @param leaveOut as for readAll()
 * @throws AppError `usage` for a database that is not deployed or older than the files, `database-newer`, `sql` for a rule
 * that the database refuses
 */
export async function countRules(
    root: string,
    connection: Connection,
    rules: readonly MaintenanceRule[],
    now: string,
    leaveOut?: LeaveOut,
): Promise<RuleCount[]> {
    const extra = rules.flatMap((rule) => [selectDue(rule, now, readAtOnce), countLeft(rule, now)]);
    const { sets, state } = await readAll(root, connection, { extra, leaveOut });
    refuseUndeployed(sets, state);
    const found = rules.map((rule, at) => {
        const rows = getRows(rule, state.extra[2 * at]);
        const [left] = getRows(rule, state.extra[2 * at + 1]);
        return { rule, rows, due: rows.length, leftAlone: Number(left?.counted ?? 0) };
    });
    const long = found.filter(({ rows }) => rows.length === readAtOnce).map(({ rule }) => rule);
    if (long.length === 0) return found;
    const counted = await connection.readAll(long.map((rule) => countDue(rule, now)));
    return found.map((count) => {
        const at = long.indexOf(count.rule);
        return at === -1 ? count : { ...count, due: Number(getRows(count.rule, counted[at])[0]?.counted ?? 0) };
    });
}

function refuseUndeployed(sets: readonly MigrationSet[], state: DatabaseState): void {
    const outcome = "Nothing was changed.";
    if ((state.versions.get(sets[0]?.name ?? "") ?? []).length === 0) {
        throw new AppError("usage", "the schema was not deployed to this database", {
            hint: isMadeElsewhere(state) ? madeElsewhere : "deploy it with `pnpm db:migrate`",
            outcome,
        });
    }
    const pending = sets.flatMap((set) => findPending(set, state));
    if (pending.length === 0) return;
    throw new AppError("usage", "the database is older than the files", {
        details: pending.map(({ path }) => `pending: ${path}`),
        hint: "deploy them first with `pnpm db:migrate`",
        outcome,
    });
}

function getRows(rule: MaintenanceRule, result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    throw new AppError("sql", `${rule.path}: the database refuses it (${result?.message})`, {
        hint: "correct the file; `pnpm db:verify` compares the schema with the files",
        outcome: "Nothing was changed.",
    });
}

/**
 * Runs a rule in transactions of up to some thousand rows. Another run continues after an interruption; concurrent runs
 * share the rows. After a fault or an interrupt, `progress` has the rows changed so far.
 */
export async function runRule(connection: Connection, progress: RuleProgress, settings: RunSettings): Promise<void> {
    let size = sizes.first;
    for (let rows = progress.rows; rows.length > 0; rows = await readDue(connection, progress.rule, settings.now)) {
        const before = progress.changed;
        for (let at = 0, tries = 1; at < rows.length; ) {
            const chunk = rows.slice(at, at + size);
            const startedAt = settings.clock();
            const isWritten = await writeChunk(connection, progress, chunk, settings, tries === attempts);
            const took = settings.clock() - startedAt;
            size = isWritten ? chooseSize(size, took) : Math.max(sizes.least, Math.floor(size / 4));
            tries = isWritten ? 1 : tries + 1;
            if (isWritten) at += chunk.length;
            settings.report(progress);
        }
        // Without changes, another run was faster, or the statement leaves its rows due.
        if (rows.length < readAtOnce || progress.changed === before) return;
    }
}

/** The size of the next transaction after one of `size` rows. */
export function chooseSize(size: number, milliseconds: number): number {
    if (milliseconds > aim.most) return Math.max(sizes.least, Math.floor((size * aim.most) / milliseconds / 2));
    return milliseconds < aim.least ? Math.min(sizes.most, size * 2) : size;
}

async function readDue(connection: Connection, rule: MaintenanceRule, now: string): Promise<readonly Row[]> {
    const [result] = await connection.readAll([selectDue(rule, now, readAtOnce)]);
    return getRows(rule, result);
}

// Returns false if the server ended the transaction because others waited for its lock.
async function writeChunk(
    connection: Connection,
    progress: RuleProgress,
    rows: readonly Row[],
    { now, signal }: RunSettings,
    isLast: boolean,
): Promise<boolean> {
    await hearInterrupt(signal);
    progress.isWriting = true;
    try {
        const write = writeRows(progress.rule, now, rows);
        const [, counted] = await connection.write([write, { sql: "SELECT changes() AS changed" }]);
        progress.changed += Number(counted?.[0]?.changed ?? 0);
    } catch (error) {
        if (isLast || !(error instanceof DatabaseFault) || error.kind !== "transaction-timeout") throw error;
        return false;
    }
    progress.isWriting = false;
    return true;
}
