import { AppError } from "../../errors.ts";
import { prepareBaseline } from "../../migrations/baseline.ts";
import { readExpectedSchema } from "../../planning/shadow.ts";
import { compareSchemas, listCompared } from "../../schema/compare.ts";
import { isMigratorTable } from "../../schema/facts.ts";
import { printSummary, runPrepared } from "../deploy.ts";
import { printDifferences } from "../differences.ts";
import { openForWriting, withConnection } from "../open.ts";
import type { RunOptions } from "../options.ts";
import type { Context } from "../program.ts";
import { warnOfUnfinished } from "../report.ts";

export interface BaselineOptions extends RunOptions {
    readonly to?: number;
}

/** db:baseline: records migrations without running them, if tables and indexes equal the files. */
export async function baseline(context: Context, options: BaselineOptions): Promise<void> {
    const { connection } = await openForWriting(context, options);
    await withConnection(connection, async () => {
        const leaveOut = warnOfUnfinished(context.output);
        const prepared = await prepareBaseline(context.root, connection, options.to, { leaveOut });
        const expected = await readExpectedSchema(prepared.sets, prepared.reached);
        const compared = listCompared(compareSchemas(prepared.state.schema, expected)).filter(
            ({ type, name }) => (type === "table" || type === "index") && !isMigratorTable(name),
        );
        const different = compared.filter(({ state }) => state !== "same" && state !== "comment");
        if (different.length > 0) {
            printDifferences(context.output, different);
            const message = `the database differs from the files in ${different.length} tables or indexes`;
            throw new AppError("drift", message, {
                hint: "adopt the database with `pnpm db:adopt` (`pnpm db:adopt --check` shows what it would do)",
                outcome: "Nothing was recorded.",
            });
        }
        const summary = await runPrepared(context, connection, prepared, options, "Recording");
        if (options.showSql) return;
        const verdict = summary.verdict.replace(/^Applied/, "Recorded");
        printSummary(context, connection, { ...summary, verdict });
    });
}
