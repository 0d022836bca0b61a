import type { Connection, Query, Row } from "../../database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { readClock } from "../../planning/state.ts";
import { type Roles, readRoles } from "../../queries/roles.ts";
import { openQueue, type Queue, usualTimes } from "../../queue/queue.ts";
import type { QueueRole, QueueSite } from "../../queue/site.ts";
import { confirmRemote } from "../confirm.ts";
import { openExisting, partlyWritten, withConnection } from "../open.ts";
import { refuseOtherOptions } from "../options.ts";
import type { Context } from "../program.ts";
import { conclude, countOf } from "../report.ts";
import { printable, renderBound } from "./text.ts";

export interface QueueCommandOptions {
    readonly status?: string;
    readonly bot?: string;
    readonly action?: string;
    readonly limit?: number;
    readonly reason?: string;
    /** The age of completed jobs, in days. */
    readonly days?: number;
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
}

type Verb = "list" | "show" | "retry" | "cancel" | "purge";

/** The options of each sub-command, besides --wait and --json. */
const optionsOf: Readonly<Record<Verb, readonly (keyof QueueCommandOptions)[]>> = {
    list: ["status", "bot", "action", "limit"],
    show: [],
    retry: ["dryRun", "showSql", "yes"],
    cancel: ["reason", "dryRun", "showSql", "yes"],
    purge: ["days", "dryRun", "showSql", "yes"],
};
const usualLimit = 50;
const usualDays = 30;
const mostDays = 36_500;
const day = 86_400_000;
/** What is listed without --status. */
const unfinished = ["processing", "pending", "failed"];

interface Session {
    readonly context: Context;
    readonly options: QueueCommandOptions;
    readonly connection: Connection;
    readonly queue: Queue;
    readonly sql: Roles<QueueRole>;
}

/**
 * bot:queue: lists and shows jobs of the queue, returns failed ones to it, cancels open ones, deletes completed ones.
 *
 * @param time from which the age of completed jobs is counted; the database's clock by default
 */
export async function manageQueue(
    context: Context,
    options: QueueCommandOptions,
    site: QueueSite,
    time?: Date,
): Promise<ExitCode> {
    const [verb = "list", ...given] = context.args as [Verb?, ...string[]];
    refuseOtherOptions(verb, options, optionsOf[verb]);
    const ids = readIds(verb, given);
    const sql = await readRoles(context.root, site.queries);
    const writes = verb !== "list" && verb !== "show";
    const access = !writes ? "read" : options.dryRun || options.showSql ? "plan" : "write";
    const connection = await openExisting(context, access);
    const { signal, patience } = context;
    // With --wait, the connection repeats what fails.
    const tries = patience?.wait === undefined ? {} : { tries: 1 };
    const queue = openQueue(connection, sql, site, { ...usualTimes, random: Math.random, signal, ...tries });
    const session = { context, options, connection, queue, sql };
    return withConnection(
        connection,
        async () => {
            if (verb === "list") return listJobs(session);
            if (verb === "show") return showJob(session, ids[0] ?? 0);
            if (verb === "purge") return purgeJobs(session, time);
            return changeJobs(session, verb, ids);
        },
        access === "write" ? partlyWritten : undefined,
    );
}

function readIds(verb: Verb, given: readonly string[]): readonly number[] {
    const wrong = given.find((id) => !/^[1-9]\d{0,14}$/.test(id));
    if (wrong !== undefined) throw new AppError("usage", `'${wrong}' is not the id of a job`, { hint: idHint });
    const takesIds = { list: 0, purge: 0, show: 1, retry: Number.POSITIVE_INFINITY, cancel: Number.POSITIVE_INFINITY };
    const most = takesIds[verb];
    if (given.length > most || (most > 0 && given.length === 0)) {
        const wanted = most === 0 ? "takes no id" : most === 1 ? "takes one id" : "takes one id or more";
        throw new AppError("usage", `${verb} ${wanted}`, { hint: idHint });
    }
    return [...new Set(given.map(Number))];
}

const idHint = "an id is a number, as `pnpm bot:queue list` prints it";

async function listJobs({ context, options, connection, queue }: Session): Promise<ExitCode> {
    const { status, bot, action, limit = usualLimit } = options;
    if (limit === 0) throw new AppError("usage", "--limit must be 1 or more");
    const filter = { ...(bot === undefined ? {} : { bot }), ...(action === undefined ? {} : { action }) };
    const rows: Row[] = [];
    // One more than is shown tells whether there are more.
    for (const one of status === undefined ? unfinished : [status])
        if (rows.length <= limit) rows.push(...(await queue.list(one, { ...filter, limit: limit + 1 - rows.length })));
    const jobs = rows.slice(0, limit);
    context.output.table(jobs.map(renderRow));
    const scope = status ?? "not completed";
    const more = rows.length > limit ? ` There are more: raise --limit ${limit}.` : "";
    const verdict = jobs.length === 0 ? `No job is listed (${scope}).` : `${countOf(jobs.length, "job")} (${scope}).`;
    const { label: database } = connection.target;
    conclude(context, connection, `${verdict}${more}`, { database, jobs, hasMore: more !== "" });
    return exitCodes.done;
}

function renderRow(row: Row): readonly string[] {
    const when =
        row.status === "pending"
            ? `due ${row.run_after}`
            : row.status === "processing"
              ? `held by ${row.locked_by ?? "a program without leases"} until ${row.locked_until ?? "it ends"}`
              : `ended ${row.processed_at ?? "at an unknown time"}`;
    return [
        String(row.id),
        ...[row.status, `priority ${row.priority}`, row.action, `${row.item_type} ${row.item_id}`].map(printable),
        printable(row.assigned_to ?? "no bot yet"),
        `attempts ${row.attempts}/${row.max_attempts}`,
        printable(when),
    ];
}

async function showJob({ context, connection, queue }: Session, id: number): Promise<ExitCode> {
    const job = await queue.find(id);
    const { label: database } = connection.target;
    for (const [column, value] of Object.entries(job ?? {}))
        context.output.table([[column.padEnd(13), value === null ? "-" : printable(value)]]);
    const verdict = job ? `Job ${id} is ${printable(job.status)}.` : `There is no job ${id}.`;
    conclude(context, connection, verdict, { database, job: job ?? null });
    return job ? exitCodes.done : exitCodes.failed;
}

/** What retry and cancel do. */
const changes = {
    retry: { from: ["failed"], wanted: "failed", done: "pending again", verb: "Returned", where: " to the queue" },
    cancel: { from: ["pending", "processing"], wanted: "open", done: "cancelled", verb: "Cancelled", where: "" },
} as const;
const operator = "operator";

async function changeJobs(session: Session, verb: "retry" | "cancel", ids: readonly number[]): Promise<ExitCode> {
    const { context, options, connection, queue, sql } = session;
    const { reason = "cancelled by an operator", dryRun = false } = options;
    if (options.showSql) {
        const render = (id: number): Query =>
            verb === "retry" ? sql("requeue", { job_id: id }) : sql("cancel", { job_id: id, by: operator, reason });
        context.output.raw(ids.map((id) => renderBound(render(id))).join("\n"));
        return exitCodes.done;
    }
    const judged: { id: number; obstacle: string | undefined }[] = [];
    for (const id of ids) judged.push({ id, obstacle: await findObstacle(session, verb, id) });
    const isIdle = judged.every(({ obstacle }) => obstacle !== undefined);
    if (!isIdle && !dryRun) await confirmRemote(context, connection.target, options.yes);
    const jobs: { id: number; changed: boolean; message: string }[] = [];
    const { done } = changes[verb];
    for (const { id, obstacle } of judged) {
        const changed =
            obstacle === undefined &&
            !dryRun &&
            (await (verb === "retry" ? queue.requeue(id) : queue.cancel(id, operator, reason)));
        // A worker may have been faster.
        const since = changed || dryRun || obstacle ? obstacle : await findObstacle(session, verb, id);
        const message = since ?? `Job ${id} ${changed ? "is" : dryRun ? "would be" : "was not made"} ${done}.`;
        context.output.line(message);
        jobs.push({ id, changed, message });
    }
    const count = dryRun
        ? judged.filter(({ obstacle }) => obstacle === undefined).length
        : jobs.filter(({ changed }) => changed).length;
    const verdict = describeChange(verb, count, ids.length, dryRun);
    conclude(context, connection, verdict, { database: connection.target.label, dryRun, jobs });
    return count < ids.length ? exitCodes.failed : exitCodes.done;
}

function describeChange(verb: "retry" | "cancel", count: number, asked: number, isDryRun: boolean): string {
    const { verb: past, where } = changes[verb];
    const jobs = count < asked ? `${count} of ${countOf(asked, "job")}` : countOf(count, "job");
    if (isDryRun) return `Dry run: nothing was changed. It would change ${jobs}.`;
    return count === 0 ? "Nothing was changed." : `${past} ${jobs}${where}.`;
}

// Why a job cannot be returned or cancelled, as a sentence.
async function findObstacle({ queue }: Session, verb: "retry" | "cancel", id: number): Promise<string | undefined> {
    const job = await queue.find(id);
    if (!job) return `There is no job ${id}: nothing was changed.`;
    const { from, wanted } = changes[verb];
    const status = String(job.status);
    if (!from.some((one) => one === status))
        return `Job ${id} is ${printable(status)}, not ${wanted}: nothing was changed.`;
    if (verb === "cancel") return undefined;
    const { item_type, item_id, action } = job;
    const names = { itemType: String(item_type), itemId: String(item_id), action: String(action) };
    const open = await queue.findOpen(names);
    return open && `Job ${id} stays failed, because the same job is open as job ${open.id}: nothing was changed.`;
}

async function purgeJobs(session: Session, time: Date | undefined): Promise<ExitCode> {
    const { context, options, connection, queue, sql } = session;
    const { days = usualDays, dryRun = false } = options;
    if (days > mostDays) throw new AppError("usage", `--days must be 0 to ${mostDays}`);
    const now = time ?? new Date(await readClock(connection));
    const before = new Date(now.getTime() - days * day).toISOString();
    if (options.showSql) {
        context.output.raw(`-- Repeat it while it returns rows.\n${renderBound(sql("purge", { before }))}`);
        return exitCodes.done;
    }
    const due = await queue.countPurgeable(before);
    if (due > 0 && !dryRun) await confirmRemote(context, connection.target, options.yes);
    const deleted = due > 0 && !dryRun ? await queue.purge(before) : 0;
    const completed = `completed before ${before}`;
    const verdict =
        due === 0
            ? `Nothing to do: no job was ${completed}.`
            : dryRun
              ? `Dry run: nothing was changed. ${countOf(due, "job")} ${completed} would be deleted.`
              : `Deleted ${countOf(deleted, "job")} ${completed}.`;
    const { label: database } = connection.target;
    conclude(context, connection, verdict, { database, before, dryRun, due, deleted });
    return exitCodes.done;
}
