import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { formatSql } from "../../src/cli/commands/sql-format.ts";
import { readChecks } from "../../src/doctor/checks.ts";
import { readFiles } from "../../src/planning/files.ts";
import { readQueries } from "../../src/queries/files.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { makeFolder, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";

const latin1 = Buffer.from("-- one\n-- two\nSELECT 'caf\xe9';\n", "latin1");
const utf16 = Buffer.from("\ufeffSELECT 1;\n", "utf16le");

test.each([
    "migrations/001.do.a.sql",
    "migrations/001.undo.a.sql",
    "migrations/extra/001.do.b.sql",
    "views/v.sql",
    "triggers/t.sql",
])("refuses %s with its line when it is not UTF-8, and names UTF-16 as such", async (file) => {
    const root = writeProject({ [file]: "" });
    writeFileSync(path.join(root, file), latin1);
    await expect(readFiles(root)).rejects.toMatchObject({
        code: "invalid-files",
        message: `'${file}' cannot be read: ${file}:3: it is not UTF-8 (byte E9)`,
        hint: `save ${file} as UTF-8`,
        outcome: "Nothing was changed.",
    });
    writeFileSync(path.join(root, file), utf16);
    await expect(readFiles(root)).rejects.toMatchObject({ message: expect.stringContaining(":1: it is UTF-16") });
});

test("refuses a query and a check that are not UTF-8", async () => {
    const root = writeProject({ "queries/a.sql": "", "operations/checks/a.sql": "" });
    for (const folder of ["queries", "operations/checks"]) writeFileSync(path.join(root, folder, "a.sql"), latin1);
    await expect(readQueries(root)).rejects.toMatchObject({ message: expect.stringContaining("queries/a.sql:3: ") });
    await expect(readChecks(root)).rejects.toMatchObject({
        message: expect.stringContaining("operations/checks/a.sql:3: "),
    });
});

test("applies nothing of a file that is not UTF-8, and sql:format leaves its bytes", async () => {
    const root = copyProject();
    const file = "migrations/999.do.latin.sql";
    writeFileSync(path.join(root, file), latin1);
    const url = `file:${path.join(makeFolder(), "a.db")}`;
    const migrated = await migrateHere({ root, url }, { schemaOnly: true });
    expect([migrated.code, migrated.error?.message]).toEqual([1, expect.stringContaining(`${file}:3: `)]);
    for (const args of [[], [file]]) {
        const formatted = await runHere((context) => formatSql(context, {}), { root, url, args });
        expect([formatted.code, formatted.error?.message]).toEqual([1, expect.stringContaining(`${file}:3: `)]);
    }
    expect(readFileSync(path.join(root, file))).toEqual(latin1);
});
