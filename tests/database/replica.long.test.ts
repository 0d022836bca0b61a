import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { findSqld } from "../../src/server/sqld.ts";
import { hashContents, readValue } from "../support/contents.ts";
import { root } from "../support/deployed.ts";
import { type Printed, runScript } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { withReplica } from "../support/replica.ts";

const run = (url: string, name: string, ...args: string[]): Promise<Printed> =>
    runScript(name, args, { cwd: root, env: { TURSO_DATABASE_URL: url } });

describe.skipIf(findSqld() === undefined)("through a replica", () => {
    test("every command that uses a database does what it does through the primary", async () => {
        const folder = makeFolder();
        const [backup, exported] = [`${folder}/b.sql.gz`, `${folder}/out`];
        await withReplica(async ({ url, client }) => {
            const commands: readonly (readonly [code: number, name: string, ...args: string[]])[] = [
                [0, "db:probe"],
                [0, "db:push:schema"],
                [0, "db:migrate"],
                [0, "db:seed"],
                [0, "db:migrate:history"],
                [0, "db:migrate:job-titles"],
                [0, "db:status"],
                [0, "db:verify"],
                [0, "db:doctor"],
                [0, "db:stats"],
                [0, "db:maintain"],
                [0, "db:explain", "SELECT id FROM questions WHERE channel = 'aws'"],
                [0, "db:export", exported],
                [0, "db:migrate", "--from", exported],
                [0, "db:backup", backup],
                [0, "bot:queue", "list"],
                [0, "vector:init"],
                [0, "vector:stats"],
                [0, "db:rehearse"],
                [0, "db:rollback", "--to", "11", "--discard-rows"],
                [0, "db:push"],
                [0, "db:restore", backup, "--replace", "--yes"],
                [0, "db:verify"],
                [0, "db:reset", "--yes"],
            ];
            const ran: unknown[] = [];
            for (const [, name, ...args] of commands) {
                const { code, stdout } = await run(url, name, ...args);
                ran.push([code, name, ...args]);
                expect(stdout, name).not.toMatch(/\b0 rows read|\b0 written|\b0 read/);
            }
            expect(ran).toEqual(commands);
            expect(await readValue(client, "SELECT count(*) FROM questions")).toBe(0);
        });
    });

    test("a replica that lags, and a primary that stands still for a while, delay a command and change nothing else", async () => {
        await withReplica(async ({ url, primary, replica, client }) => {
            expect((await run(url, "db:migrate", "--schema-only")).code).toBe(0);
            for (const stopped of [primary, replica]) {
                stopped.kill("SIGSTOP");
                const later = sleep(1_500).then(() => stopped.kill("SIGCONT"));
                expect((await run(url, "db:seed")).code).toBe(0);
                await later;
            }
            replica.kill("SIGSTOP");
            await client.execute("DELETE FROM schemaversion WHERE version = 12");
            replica.kill("SIGCONT");
            const { code, stdout } = await run(url, "db:status");
            expect([code, stdout]).toEqual([3, expect.stringMatching(/^\[ \] {2}migrations\/012/m)]);
        });
    });

    test("a primary that is gone is told, and once it is back the same command does its work", async () => {
        await withReplica(async ({ url, primary, client, restartPrimary }) => {
            expect((await run(url, "db:migrate", "--schema-only")).code).toBe(0);
            const before = await hashContents(client);
            primary.kill("SIGKILL");
            await primary.exited;
            const { code, stderr } = await run(url, "db:seed");
            expect([code, stderr]).toEqual([
                1,
                expect.stringMatching(
                    /did not answer in time \(no answer within 30 seconds\)[\s\S]*check that its primary runs/,
                ),
            ]);
            await restartPrimary();
            expect(await hashContents(client)).toBe(before);
            expect((await run(url, "db:seed")).code).toBe(0);
            expect(await readValue(client, "SELECT count(*) FROM questions")).toBe(128);
        });
    });
});
