import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { push } from "../../../src/cli/commands/push.ts";
import { showStatus } from "../../../src/cli/commands/status.ts";
import { DatabaseFault } from "../../../src/database/faults.ts";
import { openTestConnection } from "../../support/deployed.ts";
import { runHere } from "../../support/here.ts";
import { copyProject } from "../../support/repository.ts";
import { describeTargets } from "../../support/targets.ts";
import { createBases } from "./bases.ts";

const root = copyProject();
let folder: string;

beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "places-test-"));
    chmodSync(folder, 0o755);
});

afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(root, { recursive: true, force: true });
});

describe("a place that leads to no file", () => {
    test.each([
        ["a file in the place of its folder", "note.txt/app.db", 1, "its folder does not exist (SQLITE_CANTOPEN)"],
        ["a link that leads to itself", "loop.db", 1, "(ELOOP)"],
        ["a link into a folder that is not there", "dangling.db", 1, "its folder does not exist (SQLITE_CANTOPEN)"],
        ["a name that is too long", `${"x".repeat(300)}.db`, 1, "(ENAMETOOLONG)"],
        ["a name with a NUL", "a%00b.db", 2, "TURSO_DATABASE_URL cannot be used: it is not a path"],
    ])("is told as such, and nothing is made: %s", async (_, name, exit, sentence) => {
        writeFileSync(path.join(folder, "note.txt"), "kept");
        for (const [from, to] of [
            ["loop.db", "loop.db"],
            ["dangling.db", "none/app.db"],
        ] as const) {
            rmSync(path.join(folder, from), { force: true });
            symlinkSync(path.join(folder, to), path.join(folder, from));
        }
        const { code, stderr } = await runHere((context) => push(context, {}), { root, url: `file:${folder}/${name}` });
        expect([code, stderr]).toEqual([exit, expect.stringContaining(sentence)]);
        expect(stderr).not.toContain("unexpected");
        expect(stderr).toMatch(exit === 1 ? /^Nothing was tried\.$/m : /^hint: /m);
        expect(readFileSync(path.join(folder, "note.txt"), "utf8")).toBe("kept");
        expect(existsSync(path.join(folder, "none"))).toBe(false);
    });
});

test("a folder that goes while its file is open is a fault like others, to read, to write and to try", async () => {
    const gone = path.join(folder, "gone");
    mkdirSync(gone);
    const connection = await openTestConnection({ url: `file:${gone}/app.db` });
    rmSync(gone, { recursive: true });
    for (const operation of [
        () => connection.tryOut([{ sql: "SELECT 1" }]),
        () => connection.write([{ sql: "SELECT 1" }, { sql: "CREATE TABLE t (n)" }]),
        () => connection.runScript([{ sql: "CREATE TABLE t (n)" }]),
    ]) {
        const fault = await operation().then(
            () => undefined,
            (error: unknown) => error,
        );
        expect(fault).toBeInstanceOf(DatabaseFault);
    }
    connection.close();
    expect(existsSync(gone)).toBe(false);
});

describeTargets("a file in a folder that nobody may enter", (target) => {
    const bases = createBases(target);

    test.skipIf(target.name === "sqld" || process.seteuid === undefined)(
        "is not taken for one that is not there",
        async () => {
            const database = await bases.borrow("deployed");
            const closed = path.join(folder, "closed");
            mkdirSync(closed);
            copyFileSync(fileURLToPath(database.url), path.join(closed, "app.db"));
            chmodSync(closed, 0);
            const isRoot = process.getuid?.() === 0;
            if (isRoot) process.seteuid?.(65_534);
            try {
                const { code, stdout, stderr } = await runHere(showStatus, { root, url: `file:${closed}/app.db` });
                expect([code, stderr]).toEqual([1, expect.stringContaining("permission denied")]);
                expect(stdout).not.toContain("Pending");
            } finally {
                if (isRoot) process.seteuid?.(0);
                chmodSync(closed, 0o755);
            }
        },
    );
});
