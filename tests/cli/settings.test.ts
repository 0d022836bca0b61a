import { describe, expect, test } from "vitest";
import { type Access, findMisspelt, findPnpm, readConfig, readSecrets, readVariables } from "../../src/cli/settings.ts";
import { writeProject } from "../support/project.ts";

const server = "http://127.0.0.1:1";
const other = "http://127.0.0.1:2";
const readOnly = `TURSO_DATABASE_URL_RO=${server}\nTURSO_AUTH_TOKEN_RO=of-the-pair\n`;
const both = `TURSO_DATABASE_URL=${server}\nTURSO_AUTH_TOKEN=of-the-file\n${readOnly}`;
const notThePair = "not the read-only pair of .env, which is for another database";
const notTheToken = "not the token of .env, which is for another database";

async function read(access: Access, env: string, environment: Record<string, string>) {
    const { target, notes } = await readConfig(access, writeProject({ ".env": env }), environment);
    return [target.label, target.kind === "server" ? target.authToken : undefined, notes.join("; ")];
}

describe("an address in the environment", () => {
    const file = { TURSO_DATABASE_URL: "file:old.db" };
    const lone = `TURSO_DATABASE_URL=${server}\nTURSO_AUTH_TOKEN_RO=of-the-pair\n`;

    test.each(["read", "plan"] as const)(
        "beats a read-only pair of .env for another database, to %s",
        async (access) => {
            expect(await read(access, readOnly, file)).toEqual(["file:old.db", undefined, notThePair]);
            expect(await read(access, both, file)).toEqual(["file:old.db", undefined, notThePair]);
            expect(await read(access, lone, file)).toEqual(["file:old.db", undefined, notThePair]);
        },
    );

    test("keeps a read-only pair of .env for the same database, and one of the environment", async () => {
        const note = "reading with the read-only token";
        expect(await read("read", both, { TURSO_DATABASE_URL: `${server}/` })).toEqual([server, "of-the-pair", note]);
        const pair = { TURSO_DATABASE_URL_RO: other, TURSO_AUTH_TOKEN_RO: "real" };
        expect(await read("read", both, { ...file, ...pair })).toEqual([
            other,
            "real",
            `${note}; not the database that TURSO_DATABASE_URL names`,
        ]);
        expect(await read("read", "TURSO_AUTH_TOKEN_RO=lone\n", { TURSO_DATABASE_URL: other })).toEqual([
            other,
            "lone",
            note,
        ]);
    });

    test("is not sent a token of .env for another server", async () => {
        expect(await read("write", both, { TURSO_DATABASE_URL: other })).toEqual([other, undefined, notTheToken]);
        expect(await read("read", both, { TURSO_DATABASE_URL: other })).toEqual([
            other,
            undefined,
            `${notThePair}; ${notTheToken}`,
        ]);
        const real = { TURSO_DATABASE_URL: other, TURSO_AUTH_TOKEN: "real" };
        expect(await read("write", both, real)).toEqual([other, "real", ""]);
        expect(await read("write", "TURSO_AUTH_TOKEN=lone\n", { TURSO_DATABASE_URL: other })).toEqual([
            other,
            "lone",
            "",
        ]);
    });

    test("replaces one of .env that cannot be used", async () => {
        const env = "TURSO_DATABASE_URL=<address>\nTURSO_AUTH_TOKEN=<token>\n";
        expect(await read("write", env, { TURSO_DATABASE_URL: other })).toEqual([other, undefined, notTheToken]);
    });
});

test("a file has no token to name", async () => {
    const token = { TURSO_AUTH_TOKEN: "a-token" };
    expect(await read("read", "", { TURSO_DATABASE_URL: "file:a.db", ...token })).toEqual(["file:a.db", undefined, ""]);
    const pair = { TURSO_DATABASE_URL_RO: "file:b.db" };
    expect(await read("read", "", { TURSO_DATABASE_URL: "file:b.db", ...token, ...pair })).toEqual([
        "file:b.db",
        undefined,
        "reading from TURSO_DATABASE_URL_RO",
    ]);
});

test("a misspelt variable is told, and one of another program is not", async () => {
    const root = writeProject({ ".env": "TURSO_AUTH_TOKN=a\nTURSO_API_KEY=b\n" });
    expect(await findMisspelt(root, { TURSO_DATABSE_URL: server, TURSO_WRITE_MODE: "true" })).toEqual([
        "TURSO_AUTH_TOKN is not a known variable; did you mean TURSO_AUTH_TOKEN?",
        "TURSO_DATABSE_URL is not a known variable; did you mean TURSO_DATABASE_URL?",
    ]);
});

test("pnpm is the one that runs the program, and otherwise comes by npx", () => {
    const npx = ["npx", "-y", "pnpm"];
    expect(findPnpm({ npm_execpath: "/opt/pnpm/bin/pnpm.cjs" })).toEqual([process.execPath, "/opt/pnpm/bin/pnpm.cjs"]);
    expect(findPnpm({ npm_execpath: "/opt/pnpm/pnpm" })).toEqual(["/opt/pnpm/pnpm"]);
    expect(findPnpm({ npm_execpath: "/usr/lib/node_modules/npm/bin/npm-cli.js" })).toEqual(npx);
    expect(findPnpm({})).toEqual(npx);
});

describe("the key of a server in .env", () => {
    const file = "LLM_BASE_URL=https://one.example/v1\nLLM_API_KEY=key-of-one-example\nLLM_MODEL=small\n";
    const readModel = (environment: Record<string, string>) =>
        readVariables(["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"], writeProject({ ".env": file }), environment);

    test("is not sent to the server that the environment names instead", async () => {
        expect(await readModel({ LLM_BASE_URL: "https://two.example/v1" })).toEqual({
            LLM_BASE_URL: "https://two.example/v1",
            LLM_MODEL: "small",
        });
    });

    test("is used for its own server, and one of the environment for any", async () => {
        expect(await readModel({ LLM_BASE_URL: "https://one.example/v1" })).toMatchObject({
            LLM_API_KEY: "key-of-one-example",
        });
        const both = { LLM_BASE_URL: "https://two.example/v1", LLM_API_KEY: "key-of-two-example" };
        expect(await readModel(both)).toMatchObject(both);
    });

    test("is never printed, also when it is not used", async () => {
        const secrets = await readSecrets(writeProject({ ".env": file }), { LLM_BASE_URL: "https://two.example/v1" });
        expect(secrets).toContain("key-of-one-example");
    });
});
