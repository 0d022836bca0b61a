import type { Connection } from "../../database/connection.ts";
import { type PreparedDeploy, prepareDeploy } from "../../planning/prepare.ts";
import { deploy, printSummary } from "../deploy.ts";
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
        const prepared = await prepareDeploy(
            context.root,
            connection,
            toDeploy(options, warnOfUnfinished(context.output)),
        );
        await checks?.prepared(connection, prepared);
        const summary = await deploy(context, { target: config.target, connection }, prepared, options);
        if (options.showSql) return;
        if (summary.ran) await checks?.deployed(connection);
        printSummary(context, connection, summary);
    };
    await withConnection(connection, run, "Nothing was applied.");
}
