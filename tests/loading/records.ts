import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { MigrateOptions } from "../../src/cli/commands/migrate.ts";
import type { LoadCounts, Rejection } from "../../src/loading/loader.ts";
import { migrateHere, type Ran } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import type { TestDatabase } from "../support/targets.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A question that loads, with these fields besides or instead; `undefined` leaves a field out. */
export function makeQuestion(id: string, fields: Fields = {}): Fields {
    return {
        id,
        question: `What does ${id} stand for, and who says so?`,
        answer: `It stands for itself: ${id}.`,
        explanation: `Nothing else could be meant by ${id}.`,
        difficulty: "beginner",
        channel: "linux",
        subChannel: "shell",
        lastUpdated: "2026-01-01T00:00:00.000Z",
        ...fields,
    };
}

export interface Loaded extends Ran {
    /** By loader. */
    readonly counts: Readonly<Record<string, LoadCounts>>;
    /** Of the questions. */
    readonly questions: LoadCounts;
    /** What the reject file holds; empty where there is none. */
    readonly rejects: readonly Rejection[];
    /** What the loader said of them: `code position`. */
    readonly codes: readonly string[];
}

const none: LoadCounts = { read: 0, created: 0, replaced: 0, updated: 0, unchanged: 0, older: 0, rejected: 0 };
const root = copyProject();

/** The sum of a loader's outcomes. */
export function addOutcomes({ created, replaced, updated, unchanged, older, rejected }: LoadCounts): number {
    return created + replaced + updated + unchanged + older + rejected;
}

let loads = 0;

/**
 * Runs `db:migrate --from` on files of this content; text stays as it is, everything else becomes JSON. No two loads are of
 * the same bytes, so that each one is compared and none is recognised.
 */
export async function loadFiles(
    { url }: Pick<TestDatabase, "url">,
    files: Readonly<Record<string, unknown>>,
    options: MigrateOptions = {},
): Promise<Loaded> {
    loads++;
    const texts = Object.entries(files).map(([name, value]) => {
        const text = typeof value === "string" ? value : `${JSON.stringify(value)}${" ".repeat(loads)}`;
        return [`in/${name}`, text] as const;
    });
    const folder = writeProject(Object.fromEntries(texts));
    const rejectFile = path.join(folder, "left.rejects.ndjson");
    const settings = { from: path.join(folder, "in"), rejects: rejectFile, ...options };
    const ran = await migrateHere({ root, url, json: true }, settings);
    if (ran.error && ran.error.code !== "rejected") throw ran.error;
    const { loaded: counts } = JSON.parse(ran.stdout) as { loaded: Record<string, LoadCounts> };
    for (const loaded of Object.values(counts)) expect(addOutcomes(loaded)).toBe(loaded.read);
    const lines = existsSync(rejectFile) ? readFileSync(rejectFile, "utf8").split("\n") : [];
    const rejects = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Rejection);
    return {
        ...ran,
        counts,
        questions: counts.questions ?? none,
        rejects,
        codes: rejects.map(({ code, position }) => `${code} ${position}`),
    };
}

/** As loadFiles(), with one file of questions. */
export function loadQuestions(
    database: Pick<TestDatabase, "url">,
    questions: readonly unknown[],
    options: MigrateOptions = {},
): Promise<Loaded> {
    return loadFiles(database, { "questions.json": questions }, options);
}
