import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deploy, readAll, refusal } from "../migrations/deploy.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { base, cases } from "./wrong-files.ts";

describeTargets("a problem in the files", (target) => {
    let database: TestDatabase;
    let proxy: TestProxy | undefined;
    let before: Record<string, unknown>;
    const bodies: string[] = [];

    beforeAll(async () => {
        ({ database } = await createDeployedProject(target, writeProject(base)));
        await database.client.execute("INSERT INTO notes (body) VALUES ('kept')");
        before = await readAll(database.client);
        if (target.name === "sqld") {
            proxy = await startProxy(database.url, { onRequest: (_, body) => void bodies.push(body) });
        }
    });

    afterAll(() => proxy?.close());

    test.each(cases)("is told with its place and remedy, and nothing is written: %s", async (_, files, lines) => {
        const root = writeProject(base);
        changeProject(root, files);
        bodies.length = 0;
        const { error, text } = await refusal(deploy(root, { url: proxy?.url ?? database.url }));
        expect(error).toMatchObject({ code: "invalid-files", exitCode: 1, outcome: "Nothing was applied." });
        for (const line of lines) expect(text).toContain(line);
        if (lines.length === 1) expect(text).toContain("the SQL files have a problem");
        // The state may be asked for at the same time; that is one transaction that is rolled back.
        for (const body of bodies) expect(body).not.toMatch(/"type":"(sequence|batch)"|COMMIT/);
        expect(await readAll(database.client)).toEqual(before);
    });

    test.each(["version 0", "backups by an editor or a merge"])(
        "is solved by the commands it names: %s",
        async (name) => {
            const root = writeProject(base);
            changeProject(root, cases.find(([title]) => title === name)?.[1] ?? {});
            const fresh = await target.createDatabase();
            const { text } = await refusal(deploy(root, fresh));
            const commands = text.split("\n").flatMap((line) => /^ {4}(?:.*: )?((?:mv|rm) .*)$/.exec(line)?.[1] ?? []);
            expect(commands.length).toBeGreaterThan(1);
            execFileSync("sh", ["-ec", commands.join("\n")], { cwd: root });
            expect((await deploy(root, fresh)).version).toBe(name === "version 0" ? 2 : 1);
        },
    );

    test("is none in a clean project, whatever else lies in its folders", async () => {
        const root = writeProject(base);
        changeProject(root, { "migrations/README.md": "#", "views/.gitkeep": "", "migrations/.DS_Store": "x" });
        const { steps } = await deploy(root, database);
        expect(steps).toEqual([]);
        tell(`${target.name} ${cases.length} kinds of wrong files, nothing written by any`);
    });

    test("is not seen in CRLF line endings, a byte order mark, or a missing last semicolon", async () => {
        const root = writeProject(base);
        changeProject(root, { "migrations/002.do.a.sql": "\uFEFF-- two\r\nALTER TABLE notes\r\nADD COLUMN a TEXT" });
        const fresh = await target.createDatabase();
        expect((await deploy(root, fresh)).version).toBe(2);
    });
});
