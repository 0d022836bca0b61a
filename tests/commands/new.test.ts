import { chmodSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { scaffold } from "../../src/cli/commands/new.ts";
import { runHere, runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

const users = { "migrations/001.do.create-users.sql": "CREATE TABLE users (id INTEGER);\n" };

function list(root: string, folder = "migrations"): string[] {
    return readdirSync(path.join(root, folder)).sort();
}

describe("db:new", () => {
    test("writes a do and an undo file with the next free number and a heading", async () => {
        const root = writeProject(users);
        const { code, stdout } = await runScript("db:new", ["add", "Question", "source"], { cwd: root });
        expect(code).toBe(0);
        expect(stdout).toContain("Wrote:    migrations/002.do.add-question-source.sql\n");
        expect(stdout).toContain("Wrote:    migrations/002.undo.add-question-source.sql\n");
        expect(stdout).toContain("refused until each has a statement");
        expect(list(root)).toEqual([
            "001.do.create-users.sql",
            "002.do.add-question-source.sql",
            "002.undo.add-question-source.sql",
        ]);
        const read = (name: string): string => readFileSync(path.join(root, "migrations", name), "utf8");
        expect(read("002.do.add-question-source.sql")).toBe("-- Add question source: explain why here.\n");
        expect(read("002.undo.add-question-source.sql")).toBe("-- Undoes: add question source.\n");
    });

    test("makes files that are refused by a deploy until they hold a statement", async () => {
        const root = writeProject(users);
        await runScript("db:new", ["add", "nothing"], { cwd: root });
        const { code, stderr } = await runScript("db:push", [], { cwd: root });
        expect(code).toBe(1);
        expect(stderr).toContain("migrations/002.do.add-nothing.sql: has no statement");
        expect(stderr).toContain("migrations/002.undo.add-nothing.sql: has no statement");
        expect(stderr).toContain("Nothing was applied.");
    });

    test("says who may not write, writes neither file, and writes both once the permissions are changed", async () => {
        const root = writeProject(users);
        const folder = path.join(root, "migrations");
        const isRoot = process.getuid?.() === 0;
        chmodSync(root, 0o755);
        chmodSync(folder, 0o555);
        // Root may write everywhere.
        if (isRoot) process.seteuid?.(65_534);
        const { code, error } = await runHere((context) => scaffold(context, {}), {
            root,
            args: ["add", "tags"],
        }).finally(() => isRoot && process.seteuid?.(0));
        chmodSync(folder, 0o755);
        expect([code, error]).toMatchObject([
            1,
            {
                message: "migrations/002.do.add-tags.sql cannot be written (EACCES)",
                hint: "run it as a user who may write to that folder, or change the permissions of the folder",
                outcome: "Nothing was written.",
            },
        ]);
        expect(list(root)).toEqual(["001.do.create-users.sql"]);
        expect((await runScript("db:new", ["add", "tags"], { cwd: root })).code).toBe(0);
        expect(list(root)).toHaveLength(3);
    });

    test("counts every file that begins with a number, and keeps as many digits as they have", async () => {
        const root = writeProject({ ...users, "migrations/0041-misnamed.sql": "", "migrations/notes-99.md": "" });
        await runScript("db:new", ["add", "tags"], { cwd: root });
        expect(list(root)).toContain("0042.do.add-tags.sql");
    });

    test("begins with 001 where there is no migration yet", async () => {
        const root = writeProject({});
        const { stdout } = await runScript("db:new", ["create", "Prüfungen!", "--json"], { cwd: root });
        const paths = ["migrations/001.do.create-prufungen.sql", "migrations/001.undo.create-prufungen.sql"];
        expect(JSON.parse(stdout)).toEqual({ milliseconds: expect.any(Number), paths });
        expect(list(root).map((name) => `migrations/${name}`)).toEqual(paths);
    });

    test("gives an optional set its own numbers", async () => {
        const root = writeProject(users);
        const { code } = await runScript("db:new", ["create", "vectors", "--set", "vectors"], { cwd: root });
        expect(code).toBe(0);
        expect(list(root, "migrations/vectors")).toEqual(["001.do.create-vectors.sql", "001.undo.create-vectors.sql"]);
    });

    test.each([
        [["!!!"], "'!!!' does not make a file name"],
        [["—"], "'—' does not make a file name"],
        [["add", "tags", "--set", "../elsewhere"], "'../elsewhere' cannot name a migration set"],
    ])("writes nothing for %j", async (args, message) => {
        const root = writeProject(users);
        const { code, stderr } = await runScript("db:new", args, { cwd: root });
        expect(code).toBe(2);
        expect(stderr).toContain(`error: ${message}`);
        expect(stderr).toContain("Nothing was written.");
        expect(list(root)).toEqual(["001.do.create-users.sql"]);
    });

    test("asks for a name", async () => {
        const { code, stderr } = await runScript("db:new");
        expect(code).toBe(2);
        expect(stderr).toContain("missing required argument 'words'");
    });
});
