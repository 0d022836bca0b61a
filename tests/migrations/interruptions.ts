import path from "node:path";
import { expect } from "vitest";
import type { Address } from "../support/deployed.ts";
import { deployWell } from "../support/deploying.ts";
import { makeFolder } from "../support/project.ts";
import { copyRepository } from "../support/repository.ts";
import { withServer } from "../support/server.ts";
import { readSnapshot, type Snapshot, tell, withoutTimes } from "../support/snapshot.ts";

/**
 * This repository's schema with two migrations on top that take a moment, so that there is time to interrupt them.
 *
 * @param fills how many statements each of them has, of some 50 ms
 */
export function writeSlowRepository(fills: number): string {
    const fill = (table: string): string =>
        `CREATE TABLE ${table} (step INTEGER NOT NULL) STRICT;\n${`INSERT INTO ${table} (step)
WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 100000)
SELECT n FROM step WHERE n % 10 = 0;\n`.repeat(fills)}`;
    return copyRepository({
        "migrations/900.do.fill-one.sql": fill("filled_one"),
        "migrations/901.do.fill-two.sql": fill("filled_two"),
    });
}

/** How long the server works on the script of a fresh deploy, in milliseconds. */
export function timeScript(root: string): Promise<number> {
    return withServer(async ({ proxy }) => {
        let sentAt = 0;
        let time = 0;
        proxy.hooks.onRequest = () => {
            sentAt = performance.now();
        };
        proxy.hooks.onReply = () => {
            time = performance.now() - sentAt;
        };
        await deployWell(root, proxy);
        return time;
    });
}

/** Points between two times, in milliseconds, at equal distances. */
export function spread(from: number, to: number, points: number): number[] {
    return Array.from({ length: points }, (_, at) => from + ((to - from) * (at + 0.5)) / points);
}

/** Judges what interruptions leave behind, and counts it. */
export interface Judge {
    /**
     * Asserts that the database is as before or as after, then that the next run finishes to the schema of an
     * undisturbed one. Gives which it was.
     */
    judge(address: Address, root: string, before: Snapshot): Promise<"before" | "after">;
    /** Counts something else that a test saw. */
    count(what: string): void;
    /** Prints the counts. */
    report(title: string): void;
}

/** Deploys a project into a file of its own, and gives what is there then. */
export async function readUndisturbed(root: string): Promise<Omit<Snapshot, "lock">> {
    const address = { url: `file:${path.join(makeFolder(), "app.db")}` };
    await deployWell(root, address);
    const snapshot = await readSnapshot(address);
    return withoutTimes(snapshot);
}

export function createJudge(undisturbed: Omit<Snapshot, "lock">): Judge {
    const counts = new Map<string, number>([
        ["before", 0],
        ["after", 0],
    ]);
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    return {
        count,
        async judge(address, root, before) {
            const found = await readSnapshot(address);
            const isBefore = JSON.stringify(found) === JSON.stringify(before);
            if (!isBefore) expect(withoutTimes(found)).toEqual(undisturbed);
            const { steps } = await deployWell(root, address);
            expect(steps.length).toBe(isBefore ? 1 : 0);
            const end = await readSnapshot(address);
            expect(withoutTimes(end)).toEqual(undisturbed);
            expect(end.lock).toMatchObject([
                { generation: (Number(before.lock[0]?.generation) || 0) + 1, owner: null },
            ]);
            count(isBefore ? "before" : "after");
            return isBefore ? "before" : "after";
        },
        report(title) {
            const points = (counts.get("before") ?? 0) + (counts.get("after") ?? 0);
            tell(`${title}: ${points} points, ${[...counts].map(([what, times]) => `${what} ${times}`).join(", ")}`);
        },
    };
}
