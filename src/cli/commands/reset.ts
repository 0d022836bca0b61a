import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import { AppError } from "../../errors.ts";
import { prepareRestorePoint } from "../../migrations/restore-point.ts";
import type { MigrationSet } from "../../planning/files.ts";
import { prepareDeploy, readAll } from "../../planning/prepare.ts";
import { deployScratch, FailedDeploy } from "../../planning/shadow.ts";
import { type DatabaseState, readState } from "../../planning/state.ts";
import { isVirtual } from "../../schema/facts.ts";
import { quoteName } from "../../sql/quoting.ts";
import { confirmReset } from "../confirm.ts";
import { printSummary, runPrepared } from "../deploy.ts";
import { openForWriting, withConnection } from "../open.ts";
import type { RunOptions } from "../options.ts";
import type { Context } from "../program.ts";
import { showRestorePoint } from "../report.ts";

const nothingDropped = "Nothing was dropped.";

/** db:reset: drops everything in a local database and deploys the schema again, with the same migration sets. */
export async function reset(context: Context, options: RunOptions): Promise<void> {
    const { output } = context;
    const { config, connection } = await openForWriting(context);
    await withConnection(
        connection,
        async () => {
            if (!config.target.local) {
                const message = `${config.target.label} is on another machine, and db:reset drops everything`;
                throw new AppError("usage", message, {
                    hint: "it works on file: and loopback databases only; create a new database instead",
                    outcome: nothingDropped,
                });
            }
            const { sets, state } = await readAll(context.root, connection, {
                anyVersion: true,
                outcome: nothingDropped,
            });
            await validateFiles(sets);
            if (state.schema.length > 0) await confirmReset(context, config.target, options.yes);
            const restorePoint = await prepareRestorePoint(connection, state, new Date());
            const lines = showRestorePoint(output, restorePoint) ? [] : restorePoint.lines;
            await dropAll(context, connection, state);
            const dropped = (outcome: string) => (error: unknown) => {
                if (!(error instanceof AppError)) throw error;
                throw error.withOutcome([...lines, "Everything was dropped.", outcome].join("\n"));
            };
            const prepared = await prepareDeploy(context.root, connection, {
                sets: sets.map((set) => set.name),
            }).catch(dropped(`Nothing was deployed: \`${describePush(sets)}\` does it.`));
            const summary = await runPrepared(context, connection, prepared, options).catch((error: unknown) =>
                dropped(error instanceof AppError ? (error.outcome ?? "") : "")(error),
            );
            printSummary(context, connection, summary);
        },
        nothingDropped,
    );
}

function describePush(sets: readonly MigrationSet[]): string {
    return ["pnpm db:push", ...sets.slice(1).map(({ name }) => `--set ${name}`)].join(" ");
}

// Deploys the files in memory before anything is dropped, so that a broken file does not leave an empty database behind.
async function validateFiles(sets: readonly MigrationSet[]): Promise<void> {
    try {
        const migrations = sets.flatMap((set) => set.migrations);
        (await deployScratch(sets, migrations)).close();
    } catch (error) {
        if (!(error instanceof FailedDeploy)) throw error;
        throw new AppError("migration-failed", `the files do not deploy into an empty database: ${error.message}`, {
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            outcome: nothingDropped,
        });
    }
}

// After a lost reply the state of the database decides.
async function dropAll(context: Context, connection: Connection, state: DatabaseState): Promise<void> {
    try {
        await dropEverything(connection, state);
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        const after = await readState(connection, [], [], { settle: error.isAmbiguous }).catch(() => undefined);
        const explained = explainFault(error, connection.target);
        if (!after)
            throw explained.withOutcome("The state of the database could not be read. Nothing was tried again.");
        if (after.schema.length === state.schema.length) throw explained.withOutcome(nothingDropped);
        context.output.note(`The reply was lost (${error.message}), but everything is dropped.`);
    }
}

async function dropEverything(connection: Connection, state: DatabaseState): Promise<void> {
    const rows = state.schema.filter((row) => row.sql !== null && !row.name.startsWith("sqlite_"));
    // Dropping a virtual table drops its shadow tables, which cannot be dropped directly.
    const drops = [
        ...rows.filter((row) => row.type === "trigger"),
        ...rows.filter((row) => row.type === "view"),
        ...rows.filter(isVirtual),
        ...rows.filter((row) => row.type === "table" && !isVirtual(row)),
    ].map((row) => ({ sql: `DROP ${row.type.toUpperCase()} IF EXISTS ${quoteName(row.name)}` }));
    if (drops.length > 0) await connection.runScript(drops, { foreignKeysOff: true });
}
