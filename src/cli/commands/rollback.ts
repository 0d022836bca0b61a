import type { Connection } from "../../database/connection.ts";
import { DatabaseFault } from "../../database/faults.ts";
import { AppError } from "../../errors.ts";
import { findLosses, prepareRollback } from "../../migrations/rollback.ts";
import { coreSet } from "../../planning/files.ts";
import { readAll } from "../../planning/prepare.ts";
import { versionOf } from "../../planning/state.ts";
import { printSummary, runPrepared } from "../deploy.ts";
import { openForWriting, withConnection } from "../open.ts";
import type { RunOptions } from "../options.ts";
import type { Context } from "../program.ts";
import { countOf, warnOfUnfinished } from "../report.ts";

export interface RollbackOptions extends RunOptions {
    /** Without it the command says which version the database is at. */
    readonly to?: number;
    readonly discardRows?: boolean;
    /** An optional set, in place of the core. */
    readonly set?: string;
}

/** db:rollback: goes back to a version; refuses to lose rows without --discard-rows. */
export async function rollback(context: Context, options: RollbackOptions): Promise<void> {
    const { output } = context;
    const { connection } = await openForWriting(context, options);
    await withConnection(
        connection,
        async () => {
            if (options.to === undefined) await refuseWithoutVersion(context, connection, options.set);
            const prepared = await prepareRollback(context.root, connection, options.to ?? 0, {
                keepsRows: !options.discardRows,
                set: options.set,
                leaveOut: warnOfUnfinished(output),
            });
            const isIdle = options.showSql === true || prepared.plan.migrations.length === 0;
            const losses = isIdle ? [] : await findLosses(connection, prepared).catch(passReader(options));
            const lines = losses?.map(
                ({ what, count }) => `${what}: ${countOf(count, what.includes(".") ? "value" : "row")}`,
            ) ?? [notCounted];
            if (lines.length > 0 && !options.discardRows && !options.dryRun && !options.showSql) {
                const version = versionOf(prepared.state, options.set);
                throw new AppError("would-lose", `going back to version ${options.to} would lose rows`, {
                    details: lines,
                    hint: "export what you need first; to discard them, add `--discard-rows`",
                    outcome: `Nothing was undone. The database is still at version ${version}.`,
                });
            }
            if (!options.showSql)
                for (const line of lines) output.field(options.dryRun ? "Would lose" : "Discards", line);
            const summary = await runPrepared(context, connection, prepared, options);
            if (options.showSql) return;
            printSummary(context, connection, { ...summary, document: { ...summary.document, losses } });
        },
        "Nothing was undone.",
    );
}

async function refuseWithoutVersion({ root, output }: Context, connection: Connection, set?: string): Promise<never> {
    const { state } = await readAll(root, connection, { leaveOut: warnOfUnfinished(output), anyVersion: true });
    const applied = state.versions.get(set ?? coreSet) ?? [];
    const [before, current] = [applied.at(-2)?.version ?? 0, versionOf(state, set)];
    const of = set === undefined ? "" : ` of the set '${set}'`;
    const last = `\`--to ${before}\` undoes the last migration`;
    throw new AppError("usage", `--to is missing; the database is at version ${current}${of}`, {
        hint: current === 0 ? "there is no migration to undo" : before === 0 ? last : `${last}, \`--to 0\` all of them`,
        outcome: "Nothing was undone.",
    });
}

const notCounted = "not counted: the undo files are tried in a transaction, which takes the read-write token";

/** A dry run with a token that may only read shows the plan without the losses. */
function passReader({ dryRun }: RollbackOptions): (error: unknown) => undefined {
    return (error) => {
        if (dryRun && error instanceof DatabaseFault && error.kind === "forbidden") return undefined;
        throw error;
    };
}
