import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Connection, Script } from "../database/connection.ts";
import { type DatabaseFault, explainFault, toFault } from "../database/faults.ts";
import { throwIfInterrupted } from "../database/interrupt.ts";
import { AppError } from "../errors.ts";
import { type RunReport, runPlan } from "../migrations/run.ts";
import { findSchemaRow, readState } from "../planning/state.ts";
import { findIndexedTable } from "../schema/facts.ts";
import type { Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import type { Origins } from "./origins.ts";
import {
    type AdoptedTable,
    type Adoption,
    findDiffering,
    findParentInPlace,
    listRebuilds,
    prepareAdoption,
} from "./prepare.ts";
import { changedSign, renderAdoptedTables, renderMissing } from "./rebuild.ts";
import type { TargetTable } from "./target-tables.ts";

/** How long to wait for other writers, in milliseconds, in addition to SQLite's own 5 s. */
const busyLimit = 60_000;

export interface AdoptionReport extends RunReport {
    adopted(table: string): void;
}

/**
 * Adopts a live database: one transaction for each table or circle of tables that differs, one for the missing tables, then
 * the views, the triggers and the version rows. A run that was interrupted at any point can be continued by another.
 *
 * @throws AppError whose `outcome` lists the tables that were adopted
 */
export async function runAdoption(
    root: string,
    connection: Connection,
    adoption: Adoption,
    options: { origins: Origins; signal: AbortSignal; report: AdoptionReport },
): Promise<void> {
    const { signal, report } = options;
    const done: string[] = [];
    const hasSequences = findSchemaRow(adoption.state, "sqlite_sequence") !== undefined;
    const missing = adoption.tables.filter(({ state }) => state === "missing");
    const steps: { tables: readonly AdoptedTable[]; script: Script }[] = listRebuilds(adoption).map((readings) => {
        const script = renderAdoptedTables(readings, adoption.preferred, {
            hasSequences,
            findSearched: (target) => findSearched(adoption, target),
            findParent: (parent) => findParentInPlace(adoption, parent),
        });
        return { tables: adoption.tables.filter(({ reading }) => reading && readings.includes(reading)), script };
    });
    // Last, because validation treats references to a missing table as dangling.
    if (missing.length > 0) steps.push({ tables: missing, script: renderMissing(missing) });
    for (const { tables, script } of steps) {
        // The file driver blocks the event loop: without this turn the process would not receive Ctrl-C.
        await turn();
        if (signal.aborted) throw new AppError("interrupted", "interrupted", { outcome: describeOutcome(done) });
        let outcome = describeOutcome(done);
        const isThere = (fault: DatabaseFault): Promise<boolean> =>
            isDone(connection, adoption, tables, fault).catch(() => {
                if (fault.isAmbiguous) outcome = describeOutcome(done, tables);
                throw fault;
            });
        await runStep(connection, script, isThere, options).catch((error: unknown) => {
            throw explainFailure(toFault(error), connection, tables, outcome);
        });
        for (const { target } of tables) {
            done.push(target.name);
            report.adopted(target.name);
        }
    }
    await finish(root, connection, adoption, options).catch((error: unknown) => {
        if (!(error instanceof AppError) || done.length === 0) throw error;
        const recorded = "Every table has the files' form. Run the same command again to record the versions.";
        throw error.withOutcome([error.outcome, recorded].filter(Boolean).join("\n"));
    });
}

// Full-text indexes over a table that the files lack. One over a column that the files lack too cannot be rebuilt.
function findSearched({ extra }: Adoption, { name, columns }: TargetTable): string[] {
    const isOver = (index: Table): boolean =>
        isSameName(findIndexedTable(index) ?? "", name) &&
        index.columns.every((searched) => columns.some((column) => isSameName(column.name, searched.name)));
    return extra.filter(isOver).map((index) => index.name);
}

// All tables are adopted; the rest is a baseline.
async function finish(
    root: string,
    connection: Connection,
    { target, wanted }: Adoption,
    { origins, signal, report }: { origins: Origins; signal: AbortSignal; report: AdoptionReport },
): Promise<void> {
    const rest = await prepareAdoption(root, connection, origins, { known: target, wanted, leaveOut: () => undefined });
    // Another run has finished already.
    if (!rest) return;
    const left = rest.tables.filter(({ state }) => state !== "done").map(({ target }) => target.name);
    if (left.length > 0) {
        throw new AppError("drift", `these tables still differ from the files: ${left.join(", ")}`, {
            hint: "another program changed the schema meanwhile; run the same command again",
            outcome: "No version was recorded.",
        });
    }
    const { sets, state, replan } = rest.baseline;
    await runPlan({ connection, sets, plan: replan, perFile: false, signal, report }, state);
}

async function runStep(
    connection: Connection,
    script: Script,
    isThere: (fault: DatabaseFault) => Promise<boolean>,
    { signal, report }: { signal: AbortSignal; report: RunReport },
): Promise<void> {
    for (const startedAt = performance.now(); ; ) {
        try {
            return await connection.runScript(script, { foreignKeysOff: true });
        } catch (error) {
            const fault = toFault(error);
            if (fault.isAmbiguous) {
                if (!(await isThere(fault))) throw fault;
                report.note(`The reply was lost (${fault.message}), but the transaction was committed.`);
                return;
            }
            if (fault.isOfStatement && (await isThere(fault))) {
                report.note("Another run adopted the table meanwhile.");
                return;
            }
            if (fault.kind !== "busy" || performance.now() - startedAt > (connection.waitLimit ?? busyLimit))
                throw fault;
            report.waiting("another program is writing");
            await sleep(100 + Math.random() * 400, undefined, { signal }).catch(() => undefined);
            throwIfInterrupted(signal, error);
        }
    }
}

// A table that had the files' form before the step does not show whether the step was committed, by this run or another,
// but for the guard's word that another run changed the table.
async function isDone(
    connection: Connection,
    { state, target }: Adoption,
    tables: readonly AdoptedTable[],
    fault: DatabaseFault,
): Promise<boolean> {
    // Waits until the transaction whose reply was lost has ended.
    const now = await readState(connection, [], [], { settle: fault.isAmbiguous });
    const [before, after] = [state, now].map(({ schema }) => findDiffering(schema, target));
    return tables.every(({ target: { name } }) => {
        const isTelling = findSchemaRow(state, name) === undefined || before?.has(name.toLowerCase());
        return (
            (isTelling || fault.message.includes(changedSign)) &&
            findSchemaRow(now, name) !== undefined &&
            !after?.has(name.toLowerCase())
        );
    });
}

/** Messages and remedies for the CHECKs of the guard table. */
const sentences = {
    foreign_keys_are_not_off: [
        "foreign keys are not off",
        "this server cannot switch foreign keys off; back the database up, restore it into a file, and adopt that",
    ],
    [changedSign]: [
        "another program changed the table after it was read",
        "end other runs and deploys, then run the same command again",
    ],
};

function explainFailure(
    fault: DatabaseFault,
    connection: Connection,
    tables: readonly AdoptedTable[],
    outcome: string,
): AppError {
    const names = nameTables(tables);
    if (fault.kind === "transaction-timeout") {
        const message = `${names}: the transaction takes over 5 seconds while others wait to write`;
        return new AppError("transaction-timeout", message, {
            hint: "stop the writers (the app and its bots) until the adoption is done, or adopt a copy made by `pnpm db:backup` and `pnpm db:restore`",
            outcome,
        });
    }
    if (!fault.isOfStatement) return explainFault(fault, connection.target).withOutcome(outcome);
    const found = Object.entries(sentences).find(([sign]) => fault.message.includes(sign));
    const [sentence, hint] = found?.[1] ?? [fault.message, "run `pnpm db:adopt --check`, then the same command again"];
    return new AppError("migration-failed", `${names} cannot be adopted: ${sentence}`, { hint, outcome });
}

function nameTables(tables: readonly AdoptedTable[]): string {
    return tables.map(({ target }) => `'${target.name}'`).join(", ");
}

/**
 * @param unsettled tables of which it could not be read whether they were adopted
 */
function describeOutcome(done: readonly string[], unsettled: readonly AdoptedTable[] = []): string {
    if (done.length + unsettled.length === 0) return "Nothing was changed.";
    return [
        ...(done.length === 0 ? [] : [`Adopted so far: ${done.join(", ")}.`]),
        ...(unsettled.length === 0 ? [] : [`${nameTables(unsettled)} may be adopted too: that could not be read.`]),
        "The others are unchanged. Run the same command again to continue.",
    ].join(" ");
}
