import { describe, expect, test } from "vitest";
import { scriptNames } from "../support/here.ts";
import { offline, prepareTokenRuns, readers, type TokenRuns, tokens, writers } from "./token-runs.ts";

type Reply = Pick<TokenRuns["echo"], "status" | "type" | "body">;

const { echo, run } = prepareTokenRuns();

test("every command is known to write, to read, or to open no database", () => {
    expect([...offline, ...readers, ...writers].sort()).toEqual(scriptNames);
});

describe("no output of any command holds a token or a part of one", () => {
    const online = [...readers, ...writers].sort();
    const at = (url: string, token: string): Record<string, string> => ({
        TURSO_DATABASE_URL: url,
        TURSO_AUTH_TOKEN: token,
        TURSO_DATABASE_URL_RO: url,
        TURSO_AUTH_TOKEN_RO: token,
    });
    const result = (body: object): string => JSON.stringify({ baton: null, base_url: null, results: [body] });
    const replies: readonly (readonly [string, Reply])[] = [
        [
            "401 that repeats the header",
            {
                status: 401,
                type: "application/json",
                body: (header) => JSON.stringify({ error: `Unauthorized: ${header}` }),
            },
        ],
        [
            "500 with parts of the token",
            {
                status: 500,
                type: "text/plain",
                body: (header) => header.replace("Bearer ", "").split(".").reverse().join(" and "),
            },
        ],
        [
            "500 with a token in lines, which the limit of a message cuts",
            {
                status: 500,
                type: "text/plain",
                body: (header) => "x".repeat(180) + header.replace("Bearer ", "").replace(/.{9}/g, "$&\r\n  "),
            },
        ],
        [
            "HTML instead of JSON",
            { status: 200, type: "text/html", body: (header) => `<html><title>${header}</title></html>` },
        ],
        [
            "an error of a statement",
            {
                status: 200,
                type: "application/json",
                body: (header) =>
                    result({
                        type: "error",
                        error: { message: `near ${header.replace(/.{9}/g, "$&\n")}`, code: "SQLITE_ERROR" },
                    }),
            },
        ],
    ];

    test.each(replies)("when the server answers with %s", async (_, reply) => {
        Object.assign(echo, reply);
        for (const name of online) {
            for (const [token, ...args] of [[tokens.good], [tokens.quoted, "--json"]] as const) {
                const { code } = await run(name, at(echo.url, token), ...args);
                expect([name, code]).toEqual([name, expect.toSatisfy((ended: number) => ended !== 0)]);
            }
        }
    });

    test("when nobody listens, and when the token has expired or no request can carry it", async () => {
        const closed = "http://127.0.0.1:1";
        for (const name of online) {
            for (const token of [tokens.good, tokens.expired, `${tokens.good}\u201d`, `${tokens.good} x`]) {
                expect((await run(name, at(closed, token), "--json")).code).not.toBe(0);
            }
        }
    });

    test("when it stands where none belongs: in an address, in another variable, in an argument", async () => {
        const { good, opaque } = tokens;
        const urls = [
            `${echo.url}?authToken=${opaque}`,
            `${echo.url}/?jwt=${opaque}`,
            `${echo.url}?auth_token=${opaque}`,
            `${echo.url}/#${opaque}`,
            `http://user:${opaque}@127.0.0.1:1`,
            good,
        ];
        for (const name of online) {
            for (const url of urls) expect((await run(name, { TURSO_DATABASE_URL: url })).code).toBe(2);
            expect((await run(name, { TURSO_WRITE_MODE: good })).code).toBe(2);
            expect((await run(name, at(echo.url, good), `--token=${good}`)).code).toBe(2);
            // Unlike the token, these are not known as secrets.
            for (const stray of [`--url=libsql://user:${opaque}@db`, `--${opaque}`, `--wait=${opaque}`]) {
                expect((await run(name, at(echo.url, good), stray)).code).toBe(2);
            }
            expect((await run(name, { TURSO_WRITE_MODE: opaque })).code).toBe(2);
        }
    });

    test("of those that open no database, too", async () => {
        for (const name of offline) {
            await run(name, at(echo.url, tokens.good), ...(name === "db-server" ? ["--directory", tokens.good] : []));
        }
    });

    test("of those that print scripts", async () => {
        Object.assign(echo, replies[0]?.[1]);
        for (const name of ["db-migrate", "db-push", "db-push-schema", "db-rollback", "db-baseline"]) {
            for (const flag of ["--show-sql", "--dry-run"]) {
                const { code } = await run(name, at(echo.url, tokens.good), flag);
                expect([name, code]).toEqual([name, expect.toSatisfy((ended: number) => ended !== 0)]);
            }
        }
    });
});
