import type { WayBack } from "../migrations/restore-point.ts";
import type { RunReport } from "../migrations/run.ts";
import type { MigrationFile } from "../planning/files.ts";
import type { Plan, Step } from "../planning/plan.ts";
import type { DatabaseState } from "../planning/state.ts";
import { countObjects } from "../schema/facts.ts";
import type { Output } from "./output.ts";

/** Prints a run as it goes on. */
export function createReport(output: Output): RunReport & { wayBack(wayBack: WayBack): void } {
    return {
        wayBack: ({ lines }) => {
            for (const line of lines) output.line(line);
        },
        applied: () => undefined,
        waiting: (reason) => output.note(`Waiting: ${reason}`),
        note: (text) => output.note(text),
    };
}

/** Prints what a plan does: one line for each migration, one for the views and triggers. */
export function printPlan(output: Output, plan: Plan): void {
    const verb = plan.direction === "do" ? "Applying" : "Undoing";
    for (const file of plan.migrations) output.field(verb, baseName(file, plan));
    for (const [label, change] of [
        ["Created", "created"],
        ["Rebuilt", "replaced"],
        ["Dropped", "dropped"],
    ] as const) {
        const objects = plan.objects.filter((object) => object.change === change);
        if (objects.length > 0) output.field(label, describeObjects(objects));
    }
    const waiting = plan.objects.filter((object) => object.change === "waiting");
    if (waiting.length > 0) {
        output.field("Waiting", `${describeObjects(waiting)} (until a later version, at which they prepare)`);
    }
}

/** What a run did, in a sentence. */
export function describeResult(plan: Plan, steps: readonly Step[]): string {
    const verb = plan.direction === "do" ? "Applied" : "Undid";
    const count = steps.reduce((sum, step) => sum + step.migrations.length, 0);
    if (steps.length === 0) return "Nothing to do.";
    if (count > 0) return `${verb} ${countOf(count, "migration")}.`;
    return plan.objects.length > 0 ? "Brought views and triggers up to date." : "Brought the bookkeeping up to date.";
}

/** `12 tables, 33 indexes, 6 views, 9 triggers`. */
export function describeSchema(state: Pick<DatabaseState, "schema">): string {
    const { tables, indexes, views, triggers } = countObjects(state.schema);
    return [
        countOf(tables, "table"),
        countOf(indexes, "index", "indexes"),
        countOf(views, "view"),
        countOf(triggers, "trigger"),
    ].join(", ");
}

/** `1 migration`, `1,200 questions`: a number with its noun. */
export function countOf(count: number, one: string, many = `${one}s`): string {
    return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

function baseName(file: MigrationFile, plan: Plan): string {
    const path = plan.direction === "do" ? file.path : (file.undo?.path ?? file.path);
    return path.replace(/^migrations\//, "");
}

const namedAtMost = 3;

function describeObjects(objects: Plan["objects"]): string {
    if (objects.length <= namedAtMost) return objects.map(({ type, name }) => `${type} ${name}`).join(", ");
    const views = objects.filter((object) => object.type === "view").length;
    const triggers = objects.length - views;
    const counts = [views > 0 ? countOf(views, "view") : "", triggers > 0 ? countOf(triggers, "trigger") : ""];
    return counts.filter((text) => text !== "").join(", ");
}
