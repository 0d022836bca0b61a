import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { createClient } from "@libsql/client";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type BackupOptions, backup } from "../../src/cli/commands/backup.ts";
import { readRows } from "../support/contents.ts";
import { type Ran, runHere } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { backupHere, readManifest, restoreHere, takeBackup } from "./running.ts";

let url = "";

beforeAll(async () => {
    url = `file:${path.join(makeFolder(), "app.db")}`;
    const client = createClient({ url });
    await client.executeMultiple("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
    client.close();
});

const name = /^app~\w{6}-\d{8}T\d{6}Z\.sql\.gz$/;

describe("db:backup", () => {
    test("makes the folder backups/ where nothing else is said, and files that nobody else may read", async () => {
        const root = makeFolder();
        const { code, stdout, stderr } = await backupHere({ url, root });
        expect([code, stderr]).toEqual([0, ""]);
        const [file = ""] = readdirSync(path.join(root, "backups"));
        expect(file).toMatch(name);
        expect(stdout).toContain(`\nBackup:   ${path.join(root, "backups", file)}\n`);
        expect(stdout).toMatch(/\nBacked up 2 rows of 1 table, \d+ bytes, in [\d,]+ ms\.\n$/);
        expect(statSync(path.join(root, "backups", file)).mode & 0o777).toBe(0o600);
    });

    test("refuses an address with its credentials unseen, as an argument and as TURSO_BACKUP_FOLDER", async () => {
        const address = "s3://AKIAIOSFODNN7:wJalr/XUtnFEMI@bucket/nightly";
        for (const settings of [{ args: [address] }, { env: { TURSO_BACKUP_FOLDER: address } }]) {
            const ran = await backupHere({ url, ...settings });
            expect([ran.code, ran.error?.message]).toEqual([
                2,
                expect.stringMatching(/^(the destination|TURSO_BACKUP_FOLDER) is an address, not a folder or file$/),
            ]);
            expect(ran.stdout + ran.stderr).not.toMatch(/AKIAIO|wJalr|XUtn/);
        }
    });

    test("takes a folder or a new file as an argument, before TURSO_BACKUP_FOLDER", async () => {
        const root = makeFolder();
        for (const folder of ["from-variable", "named"]) mkdirSync(path.join(root, folder));
        const env = { TURSO_BACKUP_FOLDER: "from-variable" };
        expect((await backupHere({ url, root, env })).code).toBe(0);
        expect((await backupHere({ url, root, env, args: ["named"] })).code).toBe(0);
        expect((await backupHere({ url, root, env, args: ["named/mine.sql.gz"] })).code).toBe(0);
        expect(readdirSync(path.join(root, "from-variable"))).toHaveLength(1);
        expect(readdirSync(path.join(root, "named"))).toEqual([expect.stringMatching(name), "mine.sql.gz"]);
    });

    test.each([
        ["a file that is there", "there.txt", /^'there\.txt' already exists$/],
        ["a file in no folder", "no/such/x.sql.gz", /^there is no folder for 'no\/such\/x\.sql\.gz'$/],
        ["a folder that is not there", "no/", /^there is no folder 'no\/'$/],
        ["one without a slash", "no", /^there is no folder 'no'$/],
    ])("refuses %s, and leaves it", async (_, argument, message) => {
        const root = makeFolder();
        writeFileSync(path.join(root, "there.txt"), "mine");
        const ran = await backupHere({ url, root, args: [argument] });
        expect([ran.code, ran.error?.message]).toEqual([2, expect.stringMatching(message)]);
        expect([readdirSync(root), readFileSync(path.join(root, "there.txt"), "utf8")]).toEqual([
            ["there.txt"],
            "mine",
        ]);
    });

    test("refuses a folder that it cannot write into, and says why", async () => {
        const root = makeFolder();
        writeFileSync(path.join(root, "file"), "");
        const missing = await backupHere({ url, root, env: { TURSO_BACKUP_FOLDER: "missing" } });
        expect([missing.code, missing.error?.message]).toEqual([
            1,
            expect.stringMatching(/missing': there is no such folder$/),
        ]);
        expect(missing.stderr).toContain("\nNo backup was written.\n");
        const file = await backupHere({ url, root, env: { TURSO_BACKUP_FOLDER: "file" } });
        expect([file.code, file.error?.message]).toEqual([1, expect.stringMatching(/file': it is not a folder$/)]);
        symlinkSync("loop", path.join(root, "loop"));
        for (const name of ["loop", "x".repeat(300)]) {
            const { code, error } = await backupHere({ url, root, args: [name] });
            expect([code, error?.message]).toEqual([2, `there is no folder '${name}'`]);
        }
        const closed = await backupHere({ url, root, env: { TURSO_BACKUP_FOLDER: "/proc" } });
        expect([closed.code, closed.error?.message]).toEqual([
            1,
            expect.stringMatching(/^the backup cannot be written to '\/proc': /),
        ]);
        expect(readdirSync(root)).toEqual(["file", "loop"]);
    });

    test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
        "leaves nothing on a disk that is full",
        async () => {
            const disk = makeFolder();
            if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]).status !== 0) return;
            try {
                const client = createClient({ url: `file:${path.join(makeFolder(), "large.db")}` });
                await client.execute("CREATE TABLE noise AS SELECT hex(randomblob(100000)) AS v");
                const { file } = (await readRows(client, "SELECT file FROM pragma_database_list"))[0] ?? {};
                const ran = await backupHere({ url: `file:${String(file)}`, args: [disk] });
                expect([ran.code, ran.error?.code, ran.error?.message]).toEqual([
                    1,
                    "disk-full",
                    expect.stringMatching(/: the disk is full$/),
                ]);
                expect(ran.stderr).toContain("\nNo backup was written.\n");
                expect(readdirSync(disk)).toEqual([]);
            } finally {
                spawnSync("umount", ["-l", disk]);
            }
        },
    );

    test("refuses a database that is not there, and makes none", async () => {
        const root = makeFolder();
        const ran = await backupHere({ url: "file:none.db", root });
        expect([ran.code, ran.error?.message]).toEqual([2, "file:none.db does not exist"]);
        expect(readdirSync(root)).toEqual([]);
    });

    test("gives one document under --json, with what the backup says of itself", async () => {
        const folder = makeFolder();
        const { stdout } = await backupHere({ url, args: [folder], json: true });
        const document = JSON.parse(stdout) as { backup: string; tables: unknown; writtenBy: string };
        expect(document.backup).toMatch(new RegExp(`^${folder}/app~`));
        expect(document).toMatchObject({ ...(await readManifest(document.backup)) });
    });
});

describe("db:backup --prune", () => {
    const strangers = ["app-20200101T000000Z.sql.gz", "app~000000-20200101T000000Z.sql.gz", "notes.txt"];
    const makeOld = async () => {
        const folder = makeFolder();
        const made = path.basename(await takeBackup(url));
        const old = [1, 2, 3, 4, 5, 6, 7, 8].map((day) => made.replace(/\d{8}T\d{6}/, `2020010${day}T000000`));
        for (const file of [...old, ...strangers]) writeFileSync(path.join(folder, file), "x");
        return { folder, old };
    };

    test("removes old backups of this database after the new one is there, and lists them", async () => {
        const { folder, old } = await makeOld();
        const { code, stdout } = await backupHere({ url, args: [folder] }, { prune: true, yes: true });
        expect(code).toBe(0);
        expect(stdout).toContain(`\nRemoved:  ${old[1]}\nRemoved:  ${old[0]}\nBacked up `);
        const left = readdirSync(folder).filter((file) => !old.slice(2).includes(file) && !strangers.includes(file));
        expect([left, readdirSync(folder).length]).toEqual([[expect.stringMatching(name)], 10]);
    });

    test("removes nothing under --dry-run, and shows what would go", async () => {
        const { folder, old } = await makeOld();
        const { code, stdout } = await backupHere({ url, args: [folder] }, { prune: true, dryRun: true });
        expect(code).toBe(0);
        expect(stdout).toContain(
            `\nWould go: ${old[1]}\nWould go: ${old[0]}\nDry run: no backup was written, and nothing `,
        );
        expect(readdirSync(folder).sort()).toEqual([...old, ...strangers].sort());
    });

    test("is refused where the clock is more than 35 days ahead of the newest backup, until --yes", async () => {
        const folder = makeFolder();
        const day = 86_400_000;
        const real = Date.UTC(2026, 10, 23, 12);
        const made = path.basename(await takeBackup(url));
        const nameAt = (time: number): string =>
            made.replace(/\d{8}T\d{6}/, new Date(time).toISOString().replace(/[-:]|\.\d+Z/g, ""));
        const own = Array.from({ length: 54 }, (_, ago) => nameAt(real - ago * day));
        // One of a clock that was ahead before.
        for (const file of [...own, nameAt(real + 4_000 * day)]) writeFileSync(path.join(folder, file), "x");
        const run = (days: number, options: BackupOptions): Promise<Ran> =>
            runHere((context) => backup(context, options, () => new Date(real + days * day)), {
                ...{ root: folder, url, args: [folder] },
            });
        const left = (): number => readdirSync(folder).filter((file) => own.includes(file)).length;

        const ahead = await run(365, { prune: true });
        expect([ahead.code, ahead.error?.code, ahead.error?.message, ahead.error?.outcome]).toEqual([
            ...[2, "not-confirmed"],
            "--prune was refused: the clock says 2027-11-23T12:00:00.000Z, 365 days after the backup before (2026-11-23T12:00:00.000Z)",
            "No backup was written.",
        ]);
        expect(readdirSync(folder)).toHaveLength(55);
        // A backup under the same clock does not vouch for it.
        expect((await run(365, {})).code).toBe(0);
        expect((await run(365.1, { prune: true })).error?.code).toBe("not-confirmed");
        const dry = await run(365.2, { prune: true, dryRun: true });
        expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining("--prune needs --yes")]);
        expect(left()).toBe(54);
        expect((await run(365.3, { prune: true, yes: true })).code).toBe(0);
        expect(left()).toBeLessThan(20);
        expect((await run(365.4, { prune: true })).code).toBe(0);
    });

    test("is not refused 34 days after the newest backup", async () => {
        const { folder, old } = await makeOld();
        const late = new Date(Date.UTC(2020, 0, 8 + 34));
        const ran = await runHere((context) => backup(context, { prune: true }, () => late), {
            ...{ root: folder, url, args: [folder] },
        });
        expect([ran.code, readdirSync(folder).filter((file) => old.includes(file)).length]).toEqual([0, 6]);
    });

    test("removes nothing when the backup fails, and is refused where there is no folder", async () => {
        const { folder, old } = await makeOld();
        expect((await backupHere({ url, args: [folder] }, { prune: true, table: ["none"] })).code).toBe(2);
        expect(readdirSync(folder).sort()).toEqual([...old, ...strangers].sort());
        const named = await backupHere({ url, args: [path.join(folder, "new.sql.gz")] }, { prune: true });
        expect([named.code, named.error?.message]).toEqual([
            2,
            "--prune needs a folder: a file was named, not a folder",
        ]);
        const command = await backupHere({ url, env: { TURSO_BACKUP_COMMAND: "true" } }, { prune: true });
        expect(command.error?.message).toMatch(/: TURSO_BACKUP_COMMAND keeps the backups$/);
    });
});

describe("TURSO_BACKUP_COMMAND", () => {
    test("gets the backup on its input and its name, and none of the secrets", async () => {
        const folder = makeFolder();
        const env = {
            TURSO_BACKUP_COMMAND: `cat > ${folder}/$BACKUP_NAME; env > ${folder}/env; echo taken >&2`,
            TURSO_BACKUP_IDENTITY: await generateIdentity(),
        };
        const { code, stdout, stderr } = await backupHere({ url, env });
        expect([code, stderr]).toEqual([0, "taken\n"]);
        const file = readdirSync(folder).find((one) => one !== "env") ?? "";
        expect(file).toMatch(name);
        expect(stdout).toContain(`\nBackup:   ${file}, stored by TURSO_BACKUP_COMMAND\n`);
        expect((await readManifest(path.join(folder, file))).tables).toHaveLength(1);
        expect(readFileSync(path.join(folder, "env"), "utf8")).not.toContain("AGE-SECRET-KEY");
    });

    test.each([
        ["fails", "echo no room >&2; exit 3", "TURSO_BACKUP_COMMAND failed: exit code 3"],
        ["is not there", "no-such-program-here", "TURSO_BACKUP_COMMAND failed: exit code 127"],
    ])("that %s fails the backup, and what it printed is shown", async (_, command, message) => {
        const ran = await backupHere({ url, env: { TURSO_BACKUP_COMMAND: command } });
        expect([ran.code, ran.error?.message]).toEqual([1, message]);
        expect(ran.error?.details.join("\n")).toMatch(/no room|not found/);
        expect(ran.stderr).toContain("\nThe backup may not have been stored.\n");
    });

    test.each(["true", "sleep 0.3; echo done", "exit 0", "head -c 5"])(
        "that reads not all of it fails the backup: %s",
        async (command) => {
            const ran = await backupHere({ url, env: { TURSO_BACKUP_COMMAND: command } });
            const message = "TURSO_BACKUP_COMMAND failed: it did not read all of the backup";
            expect([ran.code, ran.error?.message]).toEqual([1, message]);
            expect(ran.stderr).toContain("\nThe backup may not have been stored.\n");
        },
    );

    test("is ended by Ctrl-C with all that it started", async () => {
        const [folder, control] = [makeFolder(), new AbortController()];
        const TURSO_BACKUP_COMMAND = `cat > ${folder}/taken; echo $$ > ${folder}/shell; sleep 60 | cat; echo late > ${folder}/late`;
        const running = backupHere({ url, env: { TURSO_BACKUP_COMMAND }, signal: control.signal });
        await vi.waitFor(() => expect(existsSync(path.join(folder, "shell"))).toBe(true), { timeout: 10_000 });
        control.abort();
        const ran = await running;
        expect([ran.code, ran.error?.code]).toEqual([130, "interrupted"]);
        expect(ran.error?.outcome).toBe("The backup may not have been stored.");
        expect(readdirSync(folder).sort()).toEqual(["shell", "taken"]);
    });

    test("TURSO_BACKUP_COMMAND and TURSO_BACKUP_FOLDER together are refused", async () => {
        const ran = await backupHere({ url, env: { TURSO_BACKUP_COMMAND: "true", TURSO_BACKUP_FOLDER: "x" } });
        expect([ran.code, ran.error?.message]).toEqual([
            2,
            "TURSO_BACKUP_FOLDER and TURSO_BACKUP_COMMAND are both set",
        ]);
    });
});

describe("TURSO_BACKUP_RECIPIENT", () => {
    test("encrypts to each of its keys, and the name says so", async () => {
        const identities = [await generateIdentity(), await generateIdentity()];
        const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
        const file = await takeBackup(url, {}, { env: { TURSO_BACKUP_RECIPIENT: recipients.join(", ") } });
        expect(file).toMatch(/\.sql\.gz\.age$/);
        expect(readFileSync(file).toString("latin1")).toMatch(/^age-encryption\.org\/v1\n/);
        for (const identity of identities) {
            const env = { TURSO_BACKUP_IDENTITY: identity };
            const ran = await restoreHere({ args: [file], env }, { verify: true });
            expect([ran.stderr, ran.code]).toEqual(["", 0]);
        }
    });

    test("a TURSO_BACKUP_RECIPIENT that is not a key is refused before anything is read", async () => {
        const root = makeFolder();
        const ran = await backupHere({ url, root, env: { TURSO_BACKUP_RECIPIENT: "age1nonsense" } });
        expect([ran.code, ran.error?.message]).toEqual([
            2,
            "TURSO_BACKUP_RECIPIENT holds something other than public keys of age",
        ]);
        expect(readdirSync(root)).toEqual([]);
    });
});

describe("db:restore --verify", () => {
    test("needs no database, tells that everything came back, and leaves nothing behind", async () => {
        const root = makeFolder();
        const file = await takeBackup(url);
        const ran = await restoreHere({ root, args: [file] }, { verify: true });
        expect([ran.code, ran.stderr]).toEqual([0, ""]);
        expect(ran.stdout).toMatch(/\nVerified 2 rows of 1 table: restored, compared and equal, in [\d,]+ ms\.\n$/);
        expect(readdirSync(root)).toEqual([]);
        const both = await restoreHere({ root, args: [file] }, { verify: true, replace: true });
        expect(both.code).toBe(2);
    });

    test("says how the backup stands to the files of the project", async () => {
        const root = makeFolder();
        mkdirSync(path.join(root, "migrations"));
        for (const [number, words] of [
            ["001", "one"],
            ["002", "two"],
        ]) {
            writeFileSync(
                path.join(root, `migrations/${number}.do.${words}.sql`),
                `CREATE TABLE ${words} (a INTEGER) STRICT;\n`,
            );
        }
        const ran = await restoreHere({ root, args: [await takeBackup(url)] }, { verify: true });
        expect(ran.stdout).toMatch(/ms\. It has no version records: see `pnpm db:baseline` and `pnpm db:adopt`\.\n$/);
    });
});

test("db:restore --wal gives a file the log that `turso db create --from-file` asks for", async () => {
    const file = path.join(makeFolder(), "copy.db");
    expect((await restoreHere({ url: `file:${file}`, args: [await takeBackup(url)] }, { wal: true })).code).toBe(0);
    expect(gunzipSync(readFileSync(await takeBackup(`file:${file}`))).toString()).toContain("CREATE TABLE t (a)");
    const client = createClient({ url: `file:${file}` });
    expect(await readRows(client, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(existsSync(file)).toBe(true);
});
