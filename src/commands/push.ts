import { type Context, openForWriting } from "../cli.ts";
import { prepareDeploy } from "../migrations/deploy.ts";
import { findChangedByHand } from "../migrations/plan.ts";
import { type RunOptions, runPrepared, withConnection } from "./run-prepared.ts";

export interface PushOptions extends RunOptions {
    readonly to?: number;
    readonly set?: readonly string[];
}

/** db:push: deploys the schema and nothing else. */
export async function push(context: Context, options: PushOptions): Promise<void> {
    const { connection } = await openForWriting(context);
    await withConnection(connection, async () => {
        const prepared = await prepareDeploy(context.root, connection, {
            to: options.to,
            perFile: options.perFile ?? false,
            sets: options.set ?? [],
        });
        for (const name of findChangedByHand(prepared.state)) {
            context.output.warn(`'${name}' was changed by hand since it was deployed; the file's form replaces it`);
        }
        const { sentence, document } = await runPrepared(context, connection, prepared, options);
        if (options.showSql) return;
        context.output.line(sentence);
        context.output.document(document);
    });
}
