import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { name } from "../migrations/bookkeeping.ts";
import { prepareDeploy } from "../migrations/deploy.ts";
import { type RunReport, runPlan } from "../migrations/run.ts";
import { type DatabaseState, findSchemaRow, readState } from "../migrations/state.ts";
import { type CopyReport, copyTables, noteCopied } from "./copy.ts";
import { copyExtraTables } from "./copy-extra.ts";
import { readRows } from "./live-tables.ts";
import type { Adoption } from "./prepare.ts";
import { adoptionTable, createAdoptionTable } from "./side-table.ts";

/**
 * Copies a database that others made into an empty one, under the files. The source is only read. A copy that was ended
 * anywhere is taken up by the next one.
 *
 * @throws AppError `usage` for a target that holds something else
 */
export async function runCopy(
    root: string,
    source: Connection,
    target: Connection,
    adoption: Adoption,
    options: { signal: AbortSignal; report: RunReport & CopyReport },
): Promise<void> {
    const { signal, report } = options;
    await beginCopy(source, target);
    const deploy = async (): Promise<void> => {
        const { sets, state, replan } = await prepareDeploy(root, target);
        await runPlan({ connection: target, sets, plan: replan, perFile: false, signal, report }, state);
    };
    await deploy();
    // While rows are copied no trigger may add any: they come with their history.
    await dropTriggers(target, await readState(target, []));
    await copyTables(source, target, adoption, report);
    await deploy();
    await copyExtraTables(source, target, adoption, await readState(target, []), report);
}

/**
 * Refuses a target that holds something else, before anything is written to it.
 *
 * @throws AppError `usage`
 */
export async function refuseOccupied(source: Connection, target: Connection): Promise<void> {
    const { schema } = await readState(target, []);
    if (!schema.some((row) => row.type === "table" && !row.name.startsWith("sqlite_"))) return;
    const entries = schema.some((row) => row.name === adoptionTable)
        ? await readRows(target, {
              sql: `SELECT record FROM ${adoptionTable} WHERE source_table = '' AND outcome = 'copied'`,
          })
        : [];
    const from = entries[0]?.record;
    if (from === source.target.label) return;
    const what = from == null ? "is not empty" : `holds a copy of ${from}`;
    throw new AppError("usage", `${target.target.label} ${what}`, {
        hint: "give an empty database, or drop this one first",
        outcome: "Nothing was changed.",
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
        return trigger ? [`DROP TRIGGER ${name(trigger.name)};`] : [];
    });
    if (drops.length > 0) await target.runScript(["BEGIN IMMEDIATE;", ...drops, "COMMIT;"].join("\n"));
}
