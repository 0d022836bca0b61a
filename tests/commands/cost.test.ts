import path from "node:path";
import { expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { migrateJobTitles } from "../../app/migrate-job-titles.ts";
import { push } from "../../src/cli/commands/push.ts";
import { makeQuestion } from "../loading/records.ts";
import { migrateHere, type Ran, type RunSettings, runHere } from "../support/here.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";

const root = copyProject({ seeds: true }, { "in.json": JSON.stringify([makeQuestion("q-1"), makeQuestion("q-2")]) });

const commands: readonly [string, (settings: RunSettings) => Promise<Ran>][] = [
    ["db:migrate, which deploys and loads", (settings) => migrateHere(settings)],
    ["db:migrate, which loads an export", (settings) => migrateHere(settings, { from: "in.json" })],
    ["db:migrate, which recognises it", (settings) => migrateHere(settings, { from: "in.json" })],
    ["db:migrate:history", (settings) => runHere((context) => migrateHistory(context, {}), settings)],
    ["db:migrate:job-titles", (settings) => runHere((context) => migrateJobTitles(context, { force: true }), settings)],
    ["db:push, which has nothing to do", (settings) => runHere((context) => push(context, {}), settings)],
];

function sumOf(body: string, field: string): number {
    const found = body.matchAll(new RegExp(`"${field}":(\\d+)`, "g"));
    return [...found].reduce((sum, [, value]) => sum + Number(value), 0);
}

test("the time of a command is that of its own run, also where a process runs several", async () => {
    const here = copyProject();
    for (const milliseconds of [7, 4321]) {
        const run = (json: boolean): Promise<Ran> =>
            runHere((context) => push({ ...context, elapsed: () => milliseconds }, {}), {
                ...{ root: here, url: `file:${path.join(here, `${milliseconds}.db`)}`, json },
            });
        expect((await run(false)).stdout).toMatch(new RegExp(`\\. ${milliseconds.toLocaleString("en-US")} ms\\.\n$`));
        expect(JSON.parse((await run(true)).stdout)).toMatchObject({ milliseconds });
    }
});

describeTargets("the cost of a command", (target) => {
    test("is what the server counted, in the last line and in the document", async () => {
        const database = await target.createDatabase();
        const line = { requests: 0, rowsRead: 0, rowsWritten: 0 };
        const proxy = target.name === "sqld" ? await startProxy(database.url) : undefined;
        if (proxy)
            proxy.hooks.onReply = (_, body) => {
                line.requests++;
                line.rowsRead += sumOf(body, "rows_read");
                line.rowsWritten += sumOf(body, "rows_written");
            };
        for (const [title, command] of commands) {
            Object.assign(line, { requests: 0, rowsRead: 0, rowsWritten: 0 });
            const ran = await command({ root, url: proxy?.url ?? database.url });
            expect(ran.code, title).toBe(0);
            const last = ran.stdout.trimEnd().split("\n").at(-1);
            const [requests, read, written] = Object.values(line).map((count) => count.toLocaleString("en-US"));
            const counted = `${requests} request${requests === "1" ? "" : "s"}, ${read} rows read, ${written} written`;
            expect(last, title).toMatch(proxy ? new RegExp(`\\. [\\d,]+ ms, ${counted}\\.$`) : /\. [\d,]+ ms\.$/);
            if (proxy)
                expect([line.rowsRead > 0, line.rowsWritten > 0], title).toEqual([true, !/recog|nothing/.test(title)]);

            Object.assign(line, { requests: 0, rowsRead: 0, rowsWritten: 0 });
            const { stdout } = await command({ root, url: proxy?.url ?? database.url, json: true });
            expect(JSON.parse(stdout), title).toMatchObject(line);
        }
        await proxy?.close();
    });
});
