import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import type { PushOptions } from "./commands/push.ts";
import type { Context } from "./program.ts";

/**
 * What comes before a deploy where it is asked for: the plan is compared with the approved one, and rehearsed. Under
 * --dry-run the plan's id is printed.
 *
 * @param target the database as the settings name it: a dry run of a file that does not exist is connected to none
 * @returns what the deploy's document says of it
 * @throws AppError `plan-changed` for another plan, `rehearsal-found` when a rehearsal found something
 */
export async function approve(
    context: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<Readonly<Record<string, unknown>>> {
    if (options.rehearse && options.showSql) {
        throw new AppError("usage", "--rehearse and --show-sql contradict each other", { hint: "give one of them" });
    }
    if (options.plan === undefined && !options.rehearse && !options.dryRun) return {};
    const { identifyPlan, refuseOtherPlan } = await import("../migrations/plan-id.ts");
    if (options.plan !== undefined) refuseOtherPlan(options.plan, target, prepared);
    const plan = identifyPlan(target, prepared);
    if (options.dryRun || options.rehearse) context.output.field("Plan", plan);
    if (!options.rehearse || prepared.plan.steps.length === 0) return { plan };
    const { rehearseFirst } = await import("./commands/rehearse.ts");
    return { plan, rehearsal: await rehearseFirst(context, target, prepared, options) };
}
