import type { Connection } from "../../database/connection.ts";
import type { PreparedDeploy } from "../../planning/prepare.ts";
import { beginReading } from "../../planning/state.ts";
import { openForWriting, withConnection } from "../open.ts";
import { type PushOptions, toDeploy } from "../options.ts";
import type { Context } from "../program.ts";
import { warnOfUnfinished } from "../report.ts";

/** Steps of db:push:schema in addition to a push. */
export interface PushChecks {
    opened(connection: Connection): void;
    prepared(connection: Connection, prepared: PreparedDeploy): Promise<void>;
    deployed(connection: Connection): Promise<void>;
}

/** db:push: deploys the schema without data. */
export async function push(context: Context, options: PushOptions, checks?: PushChecks): Promise<void> {
    const { config, connection } = await openForWriting(context, options);
    const run = async (): Promise<void> => {
        checks?.opened(connection);
        // Most modules are loaded while the reply is under way.
        const reading = beginReading(context.root, connection);
        const { prepareDeploy } = await import("../../planning/prepare.ts");
        const { deploy, printSummary } = await import("../deploy.ts");
        const prepared = await prepareDeploy(context.root, connection, {
            ...toDeploy(options, warnOfUnfinished(context.output)),
            reading,
        });
        await checks?.prepared(connection, prepared);
        const summary = await deploy(context, { target: config.target, connection }, prepared, options);
        if (options.showSql) return;
        if (summary.ran) await checks?.deployed(connection);
        printSummary(context, connection, summary);
    };
    await withConnection(connection, run, "Nothing was applied.");
}
