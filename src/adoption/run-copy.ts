import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type RunReport, runPlan } from "../migrations/run.ts";
import { prepareDeploy } from "../planning/prepare.ts";
import { type DatabaseState, findSchemaRow, readState } from "../planning/state.ts";
import { quoteName } from "../sql/quoting.ts";
import { attend } from "./attending.ts";
import { type CopyReport, copyTables } from "./copy.ts";
import { copyExtraTables } from "./copy-extra.ts";
import { readRows } from "./live-tables.ts";
import type { Adoption } from "./prepare.ts";
import { adoptionTable, createAdoptionTable, noteCopied, noteWhole } from "./side-table.ts";

/** What an end leaves behind before the first write, and after it. */
export const untouched = "Nothing was changed.";
export const begun = "The source was only read. The copy is not whole yet.";

/**
 * Copies a database that others made into an empty one, under the files. The source is only read. A copy that was ended
 * anywhere is taken up by the next one.
 *
 * @throws AppError `would-lose` where a copy differs from its source; or the fault of either database, with an `outcome`
 */
export async function runCopy(
    root: string,
    connections: { source: Connection; target: Connection },
    adoption: Adoption,
    options: { signal: AbortSignal; report: RunReport & CopyReport },
): Promise<void> {
    const { signal, report } = options;
    const [source, target] = [connections.source, connections.target].map((own) => attend(own, signal, begun)) as [
        Connection,
        Connection,
    ];
    await beginCopy(source, attend(connections.target, signal, untouched));
    const deploy = (): Promise<void> => deployFiles(root, connections.target, signal, report);
    await deploy();
    // While rows are copied no trigger may add any: they come with their history.
    await dropTriggers(target, await readState(target, []));
    await copyTables(source, target, adoption, report);
    await deploy();
    await copyExtraTables(source, target, adoption, await readState(target, []), report);
    await target.write([{ sql: noteWhole }]);
}

async function deployFiles(root: string, target: Connection, signal: AbortSignal, report: RunReport): Promise<void> {
    try {
        const { sets, state, replan } = await prepareDeploy(root, target);
        await runPlan({ connection: target, sets, plan: replan, perFile: false, signal, report }, state);
    } catch (error) {
        throw error instanceof AppError ? error.withOutcome(begun) : error;
    }
}

/**
 * Finds how far a copy is, before anything is written to its database: `whole` once a run has come to its end, because
 * the rows that are there now may be newer ones.
 *
 * @throws AppError `usage` for a target that holds something else
 */
export async function findProgress(source: Connection, target: Connection): Promise<"empty" | "begun" | "whole"> {
    const { schema } = await readState(target, []);
    if (!schema.some((row) => row.type === "table" && !row.name.startsWith("sqlite_"))) return "empty";
    const entries = schema.some((row) => row.name === adoptionTable)
        ? await readRows(target, {
              sql: `SELECT record, reasons FROM ${adoptionTable} WHERE source_table = '' AND outcome = 'copied'`,
          })
        : [];
    const from = entries[0]?.record;
    if (from === source.target.label) return entries[0]?.reasons === "[]" ? "begun" : "whole";
    const what = from == null ? "is not empty" : `holds a copy of ${from}`;
    throw new AppError("usage", `${target.target.label} ${what}`, {
        hint: "give an empty database, or drop this one first",
        outcome: untouched,
    });
}

async function beginCopy(source: Connection, target: Connection): Promise<void> {
    const { schema } = await readState(target, []);
    if (schema.some((row) => row.name === adoptionTable)) return;
    await target.write([{ sql: createAdoptionTable }, { sql: noteCopied("", source.target.label) }]);
}

// Those of the files; those of the extra tables come last.
async function dropTriggers(target: Connection, state: DatabaseState): Promise<void> {
    const managed = await readRows(target, { sql: "SELECT name FROM schema_objects WHERE type = 'trigger'" });
    const drops = managed.flatMap((row) => {
        const trigger = findSchemaRow(state, String(row.name));
        return trigger ? [{ sql: `DROP TRIGGER ${quoteName(trigger.name)}` }] : [];
    });
    if (drops.length > 0) await target.runScript(drops);
}
