import { describeStatus, readStatus, type Status, type StatusEntry } from "../../drift/status.ts";
import { type ExitCode, exitCodes } from "../../errors.ts";
import { madeElsewhere } from "../../planning/judge.ts";
import { countObjects } from "../../schema/facts.ts";
import { openDatabase, withDatabase } from "../open.ts";
import type { Context } from "../program.ts";
import { countOf, describeSchema, listCounts, warnOfUnfinished } from "../report.ts";

/** db:status: shows every migration, view and trigger. Exit code 3 when something is pending, 4 when files disagree. */
export async function showStatus(context: Context): Promise<ExitCode> {
    const { output } = context;
    const opened = await openDatabase(context, "read");
    const status = await withDatabase(opened, () =>
        readStatus(context.root, opened.connection, warnOfUnfinished(output)),
    );
    const { schemaVersion, version, sets, entries, problems, newer } = status;
    output.table(
        entries.map(({ isDone, what, detail }) => [isDone ? "[X]" : "[ ]", what, detail.replace(/\.\d+Z$/, "Z")]),
    );
    for (const { path, message, remedy } of problems) output.warn(`${path}: ${message}\n    ${remedy}`);
    const isComplete = entries.every(({ isDone }) => isDone);
    output.line(`[X]: the database has it as in the files${isComplete ? "" : "; [ ]: it does not"}`);
    output.line();
    output.field("Schema", `${schemaVersion}, migration ${version}: ${describeSchema(status)}`);
    for (const set of sets) output.field("Set", `${set.name}, migration ${set.version}: ${describeSchema(set)}`);
    if (newer) throw newer;
    output.line(describePending(status));
    output.document(describeStatus(status));
    if (problems.length > 0) return exitCodes.drift;
    return isComplete ? exitCodes.done : exitCodes.pending;
}

/** Says what is pending, and the command that deploys it. */
export function describePending({ version, entries, problems, schema }: Status): string {
    if (problems.length > 0) return `The files and the database disagree: ${countOf(problems.length, "problem")}.`;
    const count = (kind: StatusEntry["kind"]): number =>
        entries.filter((entry) => entry.kind === kind && !entry.isDone).length;
    const pending = listCounts(
        [count("migration"), "migration"],
        [count("unfinished"), "unfinished migration"],
        [count("object"), "view or trigger", "views and triggers"],
    );
    if (pending === "") return "The database is up to date.";
    const isForeign = version === 0 && countObjects(schema).tables > 0;
    const deploy = count("unfinished") > 0 ? "Write the statements that are missing, then deploy" : "Deploy";
    return `Pending: ${pending}. ${isForeign ? `Next: ${madeElsewhere}` : `${deploy} with \`pnpm db:migrate\``}.`;
}
