import { createHash } from "node:crypto";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { Plan, Step } from "../planning/plan.ts";
import { predictState } from "../planning/predict.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { type DatabaseState, findSchemaRow, type VersionRow, versionOf } from "../planning/state.ts";
import { checksumTokens } from "../sql/statements.ts";
import { describeOutcome } from "./run.ts";

type Planned = Pick<PreparedDeploy, "sets" | "state" | "plan">;

const form = /^(\d{1,15})-([0-9a-f]{4})-([0-9a-f]{6})-([0-9a-f]{12})$/;
const hint = "review the plan again with `--dry-run`, which prints its id";

/**
 * Returns the id of a plan, so that the approved plan is the one that runs: `7-3f9a-81d04b-7e22c1905d3a` is version, address,
 * state (version records, generation, managed views and triggers) and work, statement by statement.
 */
export function identifyPlan(target: Target, planned: Planned): string {
    const version = versionOf(planned.state);
    const address = target.kind === "file" ? ["file", target.path] : ["server", target.url];
    return [
        version,
        hash(address, 4),
        hash(describeState(planned.state), 6),
        hash(describeWork(planned.plan), 12),
    ].join("-");
}

/**
 * Refuses a plan that is not the approved one.
 *
 * @param approved the id that --dry-run printed
 * @throws AppError `plan-changed` that says what differs, `usage` for a text that is not a plan id
 */
export function refuseOtherPlan(approved: string, target: Target, planned: Planned): void {
    const current = identifyPlan(target, planned);
    const [old, now] = [form.exec(approved.trim().toLowerCase()), form.exec(current)];
    if (!old || !now) {
        throw new AppError("usage", `'${approved}' is not a plan id`, { hint: "copy the id that `--dry-run` prints" });
    }
    if (old[0] === now[0]) return;
    const details = [
        ...(old[2] === now[2] ? [] : [`it was made for a database other than ${target.label}`]),
        ...(old[1] === now[1] ? [] : [`the database was at version ${old[1]} then, and is at version ${now[1]}`]),
        ...(old[1] === now[1] && old[3] !== now[3]
            ? ["the database was deployed to since then, or a view or trigger was changed by hand"]
            : []),
        ...(old[4] === now[4]
            ? []
            : ["the pending files, their content, or the options (--to, --set, --per-file) differ"]),
    ];
    throw new AppError("plan-changed", `the plan is ${current}, not ${approved.trim()}`, {
        details: details.map((line) => `    ${line}`),
        hint,
        outcome: "Nothing was applied.",
    });
}

/** A plan that runs unchanged or not at all. */
interface PinnedPlan {
    readonly replan: PreparedDeploy["replan"];
    /** To be called after each committed transaction of this run. */
    applied(step: Step): void;
}

/** Lets a run continue only while no other run deploys, so that each new plan is the rest of the approved one. */
export function pinPlan({ sets, state, plan, replan }: PreparedDeploy): PinnedPlan {
    const steps: Step[] = [];
    let expected = state;
    return {
        replan: async (current, perFile) => {
            if (describeProgress(current) === describeProgress(expected)) return replan(current, perFile);
            const version = versionOf(current);
            const nothing = `Nothing was applied by this run. The database is at version ${version}.`;
            throw new AppError("plan-changed", "another deployer changed the database after the plan was approved", {
                hint,
                outcome: steps.length === 0 ? nothing : describeOutcome(current, steps),
            });
        },
        applied: (step) => {
            steps.push(step);
            expected = predictState(expected, plan, step, sets);
        },
    };
}

// Each deploy raises the generation; stock postgrator only writes version rows.
function describeProgress(state: DatabaseState): string {
    const listVersions = (rows: readonly VersionRow[]) => rows.map((row) => row.version).sort((a, b) => a - b);
    return JSON.stringify(describeVersions(state, listVersions));
}

function describeState(state: DatabaseState): unknown {
    const objects = state.objects
        .map(({ name, type, set, status, checksum }) => {
            const sql = findSchemaRow(state, name)?.sql;
            return [name, type, set, status, checksum, sql ? checksumTokens(sql) : null];
        })
        .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    return [...describeVersions(state, (rows) => rows.map((row) => [row.version, row.checksum ?? row.md5])), objects];
}

function describeVersions(
    { generation = 0, versions }: DatabaseState,
    describe: (rows: readonly VersionRow[]) => unknown,
): unknown[] {
    const sets = [...versions].filter(([, rows]) => rows.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
    return [generation, sets.map(([set, rows]) => [set, describe(rows)])];
}

function describeWork({ direction, steps, refreshed }: Plan): unknown {
    const work = steps.map((step) => ({
        files: step.migrations.map((file) => [file.path, file.md5]),
        actions: step.actions.map((action) => {
            if (action.does === "drop-object") return ["drop", action.type, action.name];
            if (action.does === "drop-index") return ["drop", "index", action.name];
            if (action.does === "create-index") return ["create", action.name, action.statement.sql];
            if (action.does === "create-object") return ["create", action.object.name, action.object.sql];
            return ["migrate", action.path, action.statements.map(({ sql }) => sql)];
        }),
        records: step.records,
        forgotten: step.forgotten,
    }));
    return [direction, work, refreshed.map((file) => [file.path, file.md5])];
}

function hash(value: unknown, length: number): string {
    return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, length);
}
