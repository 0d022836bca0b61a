import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import { chooseRules, type MaintenanceRule, readRules } from "../../maintenance/rules.ts";
import { countRules, type RuleCount, type RuleProgress, runRule } from "../../maintenance/run.ts";
import { renderRule } from "../../maintenance/statements.ts";
import { readClock } from "../../planning/state.ts";
import { confirmRemote } from "../confirm.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { conclude, countOf, warnOfUnfinished } from "../report.ts";

export interface MaintainOptions {
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
}

/**
 * db:maintain: counts the rows that are due by the rules of operations/maintenance/, or by the named ones, and runs the
 * rules. Without due rows nothing is written.
 *
 * @param time ages are relative to it; the database's clock by default
 */
export async function maintain(context: Context, options: MaintainOptions, time?: Date): Promise<void> {
    const { output, root, args } = context;
    const rules = chooseRules(await readRules(root), args);
    const access = options.dryRun || options.showSql ? "plan" : "write";
    const connection = await openExisting(context, access);
    await withConnection(connection, async () => {
        const now = time?.toISOString() ?? (await readClock(connection));
        const counts = await countRules(root, connection, rules, now, warnOfUnfinished(output));
        printCounts(context, counts);
        if (options.showSql) {
            output.raw(rules.map((rule) => renderRule(rule, now)).join("\n"));
            return;
        }
        const due = counts.reduce((sum, count) => sum + count.due, 0);
        if (due > 0 && !options.dryRun) await confirmRemote(context, connection.target, options.yes);
        const done = options.dryRun ? [] : await runRules(context, connection, counts, now);
        const changed = done.reduce((sum, progress) => sum + progress.changed, 0);
        conclude(context, connection, describeResult(due, changed, options.dryRun ?? false), {
            database: connection.target.label,
            now,
            dryRun: options.dryRun ?? false,
            rules: counts.map(({ rule, due, leftAlone }) => ({
                ...{ name: rule.name, path: rule.path, title: rule.title, due, leftAlone },
                changed: done.find((progress) => progress.rule === rule)?.changed ?? 0,
            })),
            changed,
        });
    });
}

function printCounts({ output }: Context, counts: readonly RuleCount[]): void {
    output.table(counts.map(({ rule, due }) => [rule.name, countOf(due, "row"), rule.title]));
    for (const { rule, leftAlone } of counts) {
        if (leftAlone === 0) continue;
        const reason = rule.leaves?.reason.replace(/\.$/, "") ?? "";
        output.field("Left", `${countOf(leftAlone, "row")} by ${rule.name}${reason === "" ? "" : `: ${reason}`}`);
    }
}

async function runRules(
    context: Context,
    connection: Connection,
    counts: readonly RuleCount[],
    now: string,
): Promise<readonly RuleProgress[]> {
    const { output, signal } = context;
    const clock = (): number => performance.now();
    const { progress, end } = await createProgress(output, clock);
    const done: RuleProgress[] = [];
    const report = ({ rule, changed, due }: RuleProgress): void => progress(rule.name, changed, Math.max(due, changed));
    try {
        for (const { rule, due, rows } of counts) {
            if (due === 0) continue;
            const current = { rule, due, rows, changed: 0, isWriting: false };
            done.push(current);
            await runRule(connection, current, { now, clock, signal, report });
            output.field(verbOf(rule), `${countOf(current.changed, "row")} by ${rule.name}`);
        }
        return done;
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        throw explainFault(error, connection.target).withOutcome(describeDone(done, error));
    } finally {
        end();
    }
}

function verbOf({ does }: MaintenanceRule): string {
    return { DELETE: "Deleted", UPDATE: "Updated" }[does.slice(0, 6).toUpperCase()] ?? "Wrote";
}

// After an interrupted run, each transaction is either complete or absent.
function describeDone(done: readonly RuleProgress[], fault: DatabaseFault): string {
    const describe = ({ rule, changed, due }: RuleProgress): string =>
        `${changed.toLocaleString("en-US")} of ${countOf(due, "row")} by ${rule.name}`;
    const parts = done.filter(({ changed }) => changed > 0).map(describe);
    const isUnknown = fault.isAmbiguous && done.at(-1)?.isWriting === true;
    if (parts.length === 0 && !isUnknown) return "Nothing was changed.";
    return [
        parts.length === 0 ? "Before that nothing was changed." : `Before that: ${parts.join(", ")}.`,
        ...(isUnknown ? ["The last transaction was either committed or rolled back."] : []),
        "Run the same command again to continue.",
    ].join(" ");
}

function describeResult(due: number, changed: number, isDryRun: boolean): string {
    if (due === 0) return "Nothing to do: no row is due.";
    if (isDryRun) return `Dry run: nothing was changed. The rules would change ${countOf(due, "row")}.`;
    return `Maintained ${countOf(changed, "row")}.`;
}
