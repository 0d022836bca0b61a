import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Printed } from "../support/here.ts";
import { offline, prepareTokenRuns, readers, tokens, writers } from "./token-runs.ts";

const { echo, root, run } = prepareTokenRuns();
const toCommandName = (script: string): string => script.replaceAll("-", ":");

describe("every command that writes", () => {
    test.each([
        [
            "TURSO_WRITE_MODE=false",
            () => ({ TURSO_AUTH_TOKEN: tokens.good, TURSO_WRITE_MODE: "false" }),
            "writing is switched off",
        ],
        ["a read-only token", () => ({ TURSO_AUTH_TOKEN: tokens.readOnly }), "is read-only"],
        ["an expired token", () => ({ TURSO_AUTH_TOKEN: tokens.expired }), "expired on"],
    ])("sends nothing with %s", async (_, env, message) => {
        echo.requests = 0;
        for (const name of writers) {
            const { code, stderr } = await run(name, { TURSO_DATABASE_URL: echo.url, ...env() });
            expect([name, code, stderr]).toEqual([name, 2, expect.stringContaining(message)]);
            expect(stderr).toContain("\nNothing was tried.\n");
        }
        expect(echo.requests).toBe(0);
    });

    test("warns of a token that is over 90 days old or ends within a day, and goes on", async () => {
        Object.assign(echo, { status: 503, type: "text/plain", body: () => "later" });
        for (const name of writers) {
            echo.requests = 0;
            const old = await run(name, { TURSO_DATABASE_URL: echo.url, TURSO_AUTH_TOKEN: tokens.old });
            expect([name, old.stderr]).toEqual([
                name,
                expect.stringContaining(
                    `warning: the token for ${echo.url} is 120 days old; rotate it every 90 days: `,
                ),
            ]);
            expect(old.stderr).toContain("`turso db tokens invalidate <database>`");
            const ending = await run(name, { TURSO_DATABASE_URL: echo.url, TURSO_AUTH_TOKEN: tokens.ending });
            expect(ending.stderr).toMatch(
                /warning: the token for \S+ expires on \S+Z, within a day; make a new one with /,
            );
            expect(ending.stderr).not.toContain("days old");
            expect(echo.requests).toBeGreaterThan(1);
        }
    });
});

test("docs/reference/tokens.md names each command that reads beside the read-only pair, and no other", () => {
    const page = readFileSync(new URL("../../docs/reference/tokens.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => / \| the read-only pair if it is set/.test(line));
    expect(rows).toHaveLength(2);
    const named = rows.flatMap((row) => row.match(/\b(?:db|bot|vector|sql):[\w:-]+|\bdev\b/g) ?? []);
    // The console opens its database only once it listens; the check of an adoption is a command that writes without its option.
    const alsoReading = ["dev", "db:adopt"];
    expect(named.sort()).toEqual([...readers.map(toCommandName), ...alsoReading].sort());
    expect(rows.join()).toContain("db:adopt `--check`");
    const none = page.split("\n").find((line) => line.endsWith("| none: they open no database |")) ?? "";
    expect(none.match(/\w+:\w+/g)?.sort()).toEqual(
        offline
            .map(toCommandName)
            .filter((name) => name !== "dev")
            .sort(),
    );
});

describe("every command that reads", () => {
    const pair = (): Record<string, string> => ({ TURSO_DATABASE_URL: echo.url, TURSO_AUTH_TOKEN: tokens.good });
    const firstLine = ({ stdout }: Printed): string => stdout.split("\n")[0] ?? "";

    beforeAll(() => {
        Object.assign(echo, { status: 503, type: "text/plain", body: () => "later" });
    });

    test("prefers the read-only pair and says so, whatever the write mode, and says when there is none", async () => {
        for (const name of readers) {
            const only = { ...pair(), TURSO_DATABASE_URL_RO: echo.url, TURSO_AUTH_TOKEN_RO: tokens.readOnly };
            const read = await run(name, { ...only, TURSO_WRITE_MODE: "false" });
            expect([name, firstLine(read)]).toEqual([name, `Database: ${echo.url} (reading with the read-only token)`]);
            expect(read.stderr).not.toContain("warning");
            const fallen = await run(name, { ...pair(), TURSO_AUTH_TOKEN: tokens.old });
            expect(firstLine(fallen)).toBe(
                `Database: ${echo.url} (reading with the read-write token: TURSO_AUTH_TOKEN_RO is not set)`,
            );
            expect(fallen.stderr).not.toContain("days old");
        }
    });

    test("warns of a read-only token that may write", async () => {
        for (const name of readers) {
            const { stderr } = await run(name, { ...pair(), TURSO_AUTH_TOKEN_RO: tokens.good });
            expect([name, stderr]).toEqual([
                name,
                expect.stringMatching(
                    /warning: the read-only token for \S+ may write, according to its claims; make one .* --read-only`/,
                ),
            ]);
        }
    });

    test("refuses half a pair and an empty variable, and sends nothing", async () => {
        echo.requests = 0;
        const halves: readonly (readonly [Record<string, string>, string])[] = [
            [
                { ...pair(), TURSO_DATABASE_URL_RO: echo.url },
                "TURSO_DATABASE_URL_RO is set, but TURSO_AUTH_TOKEN_RO is not",
            ],
            [{ TURSO_AUTH_TOKEN_RO: tokens.readOnly }, "TURSO_AUTH_TOKEN_RO is set, but no database URL is"],
            [{ ...pair(), TURSO_AUTH_TOKEN_RO: "" }, "TURSO_AUTH_TOKEN_RO is set but empty"],
            [{ ...pair(), TURSO_DATABASE_URL_RO: " " }, "TURSO_DATABASE_URL_RO is set but empty"],
            [{ TURSO_AUTH_TOKEN: tokens.good }, "TURSO_AUTH_TOKEN is set, but TURSO_DATABASE_URL is not"],
        ];
        for (const name of readers) {
            for (const [env, message] of halves) {
                const { code, stderr } = await run(name, env);
                expect([name, code, stderr]).toEqual([name, 2, expect.stringContaining(`error: ${message}\n`)]);
            }
        }
        expect(echo.requests).toBe(0);
    });
});

describe("a read-only pair that names another database", () => {
    const main = (): string => `file:${path.join(root, "main.db")}`;

    test("is read, and the first line says that writes go elsewhere", async () => {
        const env = {
            TURSO_DATABASE_URL: main(),
            TURSO_DATABASE_URL_RO: echo.url,
            TURSO_AUTH_TOKEN_RO: tokens.readOnly,
        };
        const { stdout } = await run("db-status", env);
        expect(stdout.split("\n")[0]).toBe(
            `Database: ${echo.url} (reading with the read-only token; not the database that TURSO_DATABASE_URL names)`,
        );
        const same = await run("db-status", { TURSO_DATABASE_URL: main(), TURSO_DATABASE_URL_RO: `${main()}` });
        expect(same.stdout.split("\n")[0]).toBe(`Database: ${main()} (reading from TURSO_DATABASE_URL_RO)`);
    });

    test("is refused where the run shows what a write would do", async () => {
        const env = {
            TURSO_DATABASE_URL: main(),
            TURSO_DATABASE_URL_RO: echo.url,
            TURSO_AUTH_TOKEN_RO: tokens.readOnly,
        };
        const planned: readonly (readonly [string, ...string[]])[] = [
            ["db-migrate", "--dry-run"],
            ["db-push", "--show-sql"],
            ["db-rollback", "--dry-run"],
            ["db-rehearse"],
        ];
        echo.requests = 0;
        for (const [name, ...args] of planned) {
            const { code, stderr } = await run(name, env, ...args);
            expect([name, code, stderr]).toEqual([
                name,
                2,
                expect.stringContaining(
                    "error: TURSO_DATABASE_URL_RO and TURSO_DATABASE_URL name different databases\n",
                ),
            ]);
        }
        expect(echo.requests).toBe(0);
    });
});
