import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { identifyPlan } from "../../migrations/plan-id.ts";
import { prepareDeploy } from "../../planning/prepare.ts";
import { openDatabase, withDatabase } from "../open.ts";
import { toDeploy } from "../options.ts";
import type { Context } from "../program.ts";
import { concludeRehearsal, describeFinding, type RehearseOptions, runRehearsal } from "../rehearsal.ts";
import { warnOfUnfinished } from "../report.ts";

/** db:rehearse: runs the pending files on a copy of the database. Exit code 4 when the rehearsal found anything. */
export async function rehearseDeploy(context: Context, options: RehearseOptions): Promise<ExitCode> {
    const { output } = context;
    if (options.sample === 0) throw new AppError("usage", "--sample 0 copies no row", { hint: "use 1 or more" });
    const opened = await openDatabase(context, "plan");
    const { target } = opened.config;
    return withDatabase(opened, async () => {
        const chosen = toDeploy(options, warnOfUnfinished(output));
        const prepared = await prepareDeploy(context.root, opened.connection, chosen);
        const plan = identifyPlan(target, prepared);
        output.field("Plan", plan);
        if (prepared.plan.steps.length === 0) {
            output.line("Nothing to rehearse: the database is up to date with the files.");
            output.document({ database: target.label, plan, migrations: [], findings: [] });
            return exitCodes.done;
        }
        const report = await runRehearsal(context, target, prepared, options);
        for (const finding of report.findings) output.field("Found", describeFinding(finding));
        output.line(concludeRehearsal(report));
        output.document({ database: target.label, ...report });
        return report.findings.length === 0 ? exitCodes.done : exitCodes.drift;
    });
}
