import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createDeployedDatabase, root } from "../support/deployed.ts";
import { assertLocal } from "../support/local.ts";
import { makeFolder } from "../support/project.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";
import { fill } from "./large.ts";
import { readManifest } from "./running.ts";

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const peak = path.join(root, "bench/load/peak-memory.ts");

/** Runs a command in a process of its own; gives its exit code and its greatest resident size in megabytes. */
async function measure(
    name: string,
    args: readonly string[],
    url: string,
): Promise<{ code: number | null; memory: number }> {
    assertLocal(url);
    const script = path.join(root, "scripts", `${name.replaceAll(":", "-")}.ts`);
    const child = spawn(process.execPath, ["--import", TSX, "--import", peak, script, ...args], {
        cwd: makeFolder(),
        env: { PATH: process.env.PATH, TURSO_DATABASE_URL: url },
        stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    let kilobytes = "";
    child.stdio[3]?.on("data", (text: Buffer) => {
        kilobytes += text.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, memory: Number(kilobytes) / 1024 };
}

describeTargets("30,000 questions with as much history", (target) => {
    test("30,000 questions go into a file and back with equal hashes, each time within 300 MB", {
        timeout: 900_000,
    }, async () => {
        const first = await createDeployedDatabase(target);
        await fill(first.client, 30_000);
        const folder = makeFolder();
        const sizes: number[] = [];
        const run = async (name: string, args: readonly string[], url: string): Promise<void> => {
            const { code, memory } = await measure(name, args, url);
            expect([name, code]).toEqual([name, 0]);
            sizes.push(Math.round(memory));
        };
        const second = `file:${path.join(folder, "second.db")}`;
        const third = await target.createDatabase();
        const files = ["one", "two", "three"].map((name) => path.join(folder, `${name}.sql.gz`));
        const [one = "", two = "", three = ""] = files;
        await run("db:backup", [one], first.url);
        await run("db:restore", [one], second);
        await run("db:backup", [two], second);
        await run("db:restore", [two], third.url);
        await run("db:backup", [three], third.url);
        await run("db:restore", ["--verify", three], third.url);
        const manifests = await Promise.all(files.map(readManifest));
        const [expected] = manifests;
        expect(expected?.tables.find(({ name }) => name === "questions")?.rows).toBe(30_000);
        expect(expected?.tables.find(({ name }) => name === "question_history")?.rows).toBe(30_000);
        for (const { tables, objects } of manifests)
            expect({ tables, objects }).toEqual({ tables: expected?.tables, objects: expected?.objects });
        expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
        tell(`${target.name}: peak memory of six commands, in MB: ${sizes.join(", ")}`);
        expect(Math.max(...sizes)).toBeLessThan(300);
    });
});
