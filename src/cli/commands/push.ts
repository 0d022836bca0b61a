import { findChangedByHand } from "../../planning/plan.ts";
import { type PreparedDeploy, prepareDeploy } from "../../planning/prepare.ts";
import { approve } from "../approval.ts";
import { type Context, openForWriting } from "../program.ts";
import { printSummary, type RunOptions, runPrepared, withConnection } from "../run-prepared.ts";

export interface PushOptions extends RunOptions {
    readonly to?: number;
    readonly set?: readonly string[];
}

/** db:push: deploys the schema and nothing else. */
export async function push(context: Context, options: PushOptions): Promise<void> {
    const { config, connection } = await openForWriting(context, options);
    await withConnection(connection, async () => {
        const prepared = await prepareDeploy(context.root, connection, {
            to: options.to,
            perFile: options.perFile ?? false,
            sets: options.set ?? [],
        });
        warnChangedByHand(context, prepared);
        const approval = await approve(context, config.target, prepared, options);
        const summary = await runPrepared(context, connection, prepared, options);
        const document = { ...summary.document, ...approval };
        if (!options.showSql) printSummary(context, connection, { ...summary, document });
    });
}

/** Tells which views and triggers are about to lose a change that somebody made by hand. */
export function warnChangedByHand(context: Context, { sets, state }: PreparedDeploy): void {
    for (const name of findChangedByHand(state, sets)) {
        context.output.warn(`'${name}' was changed by hand since it was deployed; the file's form replaces it`);
    }
}
