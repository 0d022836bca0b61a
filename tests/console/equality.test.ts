import type { Client } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { examineHealth } from "../../src/cli/commands/doctor.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import type { Context } from "../../src/cli/program.ts";
import { createDeployedDatabase, deployInto, root } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { type Address, describeTargets, type Target } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { openTestConsole } from "./consoles.ts";

type Json = Readonly<Record<string, unknown>>;

/** What both give of one database. */
interface Seen {
    readonly page: string;
    readonly document: Json;
    readonly command: Json;
}

const measured = ["milliseconds", "requests", "rowsRead", "rowsWritten"];
const quick = (context: Context): Promise<unknown> => examineHealth(context, { quick: true });

async function runJson(action: (context: Context) => Promise<unknown>, { url, authToken }: Address): Promise<Json> {
    const env = authToken === undefined ? {} : { TURSO_AUTH_TOKEN: authToken };
    const { stdout } = await runHere(action, { root, url, env, json: true });
    const document = JSON.parse(stdout) as Record<string, unknown>;
    for (const name of measured) delete document[name];
    return document;
}

async function see(path: string, action: typeof quick, address: Address): Promise<Seen> {
    const console = openTestConsole(address);
    try {
        const [page, json] = await Promise.all([console.get(path), console.get(`${path}?as=json`)]);
        const seen = { page: await page.text(), document: (await json.json()) as Json };
        expect(page.headers.get("content-type")).toContain("text/html");
        for (const trace of ["    at ", "node_modules", ".tsx:", "Internal Server Error"])
            expect(seen.page).not.toContain(trace);
        return { ...seen, command: await runJson(action, address) };
    } finally {
        console.close();
    }
}

const states: readonly [string, (target: Target) => Promise<Address>][] = [
    ["empty", (target) => target.createDatabase()],
    ["current", createDeployedDatabase],
    [
        "pending",
        async (target) => {
            const database = await target.createDatabase();
            await deployInto(database, root, { to: 8 });
            return database;
        },
    ],
    ["drifted", (target) => changed(target, (client) => client.execute("CREATE INDEX by_hand ON questions (answer)"))],
    [
        "newer than the checkout",
        (target) =>
            changed(target, (client) =>
                client.execute(
                    "INSERT INTO schemaversion (version, name, md5, run_at) VALUES (99, 'later', 'x', '2030-01-01')",
                ),
            ),
    ],
    [
        "with a view of a table that is gone",
        (target) => changed(target, (client) => client.execute("CREATE VIEW broken AS SELECT gone.a FROM gone")),
    ],
    [
        "with a view of this project that no longer works",
        (target) => changed(target, (client) => client.executeMultiple("DROP TABLE bot_runs")),
    ],
];

async function changed(target: Target, change: (client: Client) => Promise<unknown>): Promise<Address> {
    const database = await createDeployedDatabase(target);
    await change(database.client);
    return database;
}

describeTargets("the console says the same as the commands of a database that is", (target) => {
    describe.each(states)("%s:", (_, make) => {
        let address: Address;
        beforeAll(async () => {
            address = await make(target);
        });

        test("health and db:doctor", async () => {
            const { page, document, command } = await see("/health", quick, address);
            // Only the command has to say which database it read.
            expect({ database: command.database, ...document }).toEqual(command);
            const { error } = command as { error?: { message: string; hint: string } };
            if (error) expect(page).toContain("<code>pnpm db:migrate</code>");
        });

        test("state, db:status and db:verify", async () => {
            const { page, document, command: named } = await see("/", showStatus, address);
            const { database: _status, ...command } = named;
            const { database: _verify, ...verification } = await runJson(
                (context) => showVerification(context),
                address,
            );
            const newer = (command as { error?: { message: string } }).error;
            if (newer) expect(page).toContain(newer.message);
            else expect(document.status).toEqual(command);
            if (verification.error) expect(document.verification).toBeNull();
            else expect(document.verification).toEqual(verification);
        });
    });
});

describe("the console and the commands name the remedy for a database that", () => {
    const expired = mintToken(createKeyPair(), { access: "ro", expiresAt: new Date("2020-09-13") });
    test.each<[string, Address, string, string?]>([
        [
            "does not exist",
            { url: `file:${makeFolder()}/none.db` },
            "<code>pnpm db:migrate</code>",
            "There is no database yet",
        ],
        ["cannot be reached", { url: "http://127.0.0.1:45999" }, "reach"],
        ["has a token that expired", { url: "http://127.0.0.1:45999", authToken: expired }, "expired on 2020-09-13"],
    ])("%s", async (_, address, remedy, title) => {
        const health = await see("/health", quick, address);
        expect(health.page).toContain(remedy);
        const { code, message } = health.command.error as { code: string; message: string };
        expect(health.document.error).toMatchObject({ code, message });
        const state = await see("/", showStatus, address);
        expect(state.page).toContain(title ?? remedy);
        const { database: _named, ...command } = state.command;
        if (title === undefined) expect(state.document).toEqual(command);
    });
});
