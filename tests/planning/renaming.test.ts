import { execSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { findFileProblems } from "../../src/planning/problems.ts";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

const names: readonly (readonly [title: string, before: readonly string[], after: readonly string[]])[] = [
    ["Drizzle's", ["0000_a.sql", "0001_b.sql", "0002_c.sql"], ["001.do.a.sql", "002.do.b.sql", "003.do.c.sql"]],
    [
        "pairs that begin with 0",
        ["0_a.down.sql", "0_a.up.sql", "1_b.down.sql", "1_b.up.sql", "10_c.up.sql", "2_d.up.sql"],
        ["001.do.a.sql", "001.undo.a.sql", "002.do.b.sql", "002.undo.b.sql", "003.do.d.sql", "004.do.c.sql"],
    ],
    [
        "those that are free",
        ["7_b.up.sql", "7_b.down.sql", "V6__a.sql"],
        ["006.do.a.sql", "007.do.b.sql", "007.undo.b.sql"],
    ],
    [
        "a version 0 beside others",
        ["000.do.first.sql", "000.undo.first.sql", "V1__a.sql", "V1__a.sql.bak"],
        ["001.do.first.sql", "001.undo.first.sql", "002.do.a.sql"],
    ],
    [
        "numbers below those of the folder",
        ["002.do.last.sql", "0001_a.sql", "0002_b.sql", "0003_c.sql"],
        ["001.do.a.sql", "002.do.last.sql", "003.do.b.sql", "004.do.c.sql"],
    ],
    [
        "a name with a space",
        ["0000_brave.sql", "0001_calm.sql", "0002_calm.sql", "0010_x y.sql"],
        ["001.do.brave.sql", "002.do.calm.sql", "003.do.calm.sql", "004.do.x-y.sql"],
    ],
    [
        "the first one, after the others have their names",
        ["002.do.calm.sql", "003.do.calm.sql", "0000_brave.sql"],
        ["001.do.brave.sql", "002.do.calm.sql", "003.do.calm.sql"],
    ],
    [
        "the first one, where no lower number is free",
        ["001.do.b.sql", "002.do.c.sql", "002.undo.c.sql", "004.do.e.sql", "0000_a.sql", "0004_f.sql"],
        ["001.do.a.sql", "002.do.b.sql", "003.do.c.sql", "003.undo.c.sql", "004.do.e.sql", "005.do.f.sql"],
    ],
    [
        "the first two, where one lower number is free",
        ["002.do.c.sql", "0000_a.up.sql", "0000_a.down.sql", "0001_b.up.sql"],
        ["001.do.a.sql", "001.undo.a.sql", "002.do.b.sql", "003.do.c.sql"],
    ],
    [
        "numbers that are too long",
        ["20260102030405678_a.sql", "20260102030405679_b.sql"],
        ["001.do.a.sql", "002.do.b.sql"],
    ],
];

test.each(names)(
    "the advice for misnamed files, followed to the letter, keeps their order: %s",
    async (_, before, after) => {
        const root = writeProject(
            Object.fromEntries(before.map((name) => [`migrations/${name}`, `SELECT '${name}';\n`])),
        );
        for (const { remedy } of findFileProblems(await readFiles(root))) {
            const lines = remedy.split("\n").map((line) => line.replace(/^delete it: /, ""));
            for (const command of lines.filter((line) => /^(mv|rm) /.test(line))) execSync(command, { cwd: root });
        }
        const found = await readFiles(root);
        expect(findFileProblems(found)).toEqual([]);
        const files = found.sets[0]?.migrations.flatMap((file) => [file.path, ...(file.undo ? [file.undo.path] : [])]);
        expect(files).toEqual(after.map((name) => `migrations/${name}`));
    },
);

test.each([
    ["by import too, before the first", ["10_c.sql", "1_a.sql", "2_b.sql"], true],
    ["not where no format has such names", ["V10__c.sql", "V1__a.sql", "V2__b.sql"], false],
    ["not where the names are of several kinds", ["10_c.sql", "1_a.up.sql", "2_b.sql"], false],
] as const)("misnamed files are listed in the order of their versions: %s", async (_, names, canImport) => {
    const root = writeProject(Object.fromEntries(names.map((name) => [`migrations/${name}`, "SELECT 1;\n"])));
    const toImport =
        "to import what another tool wrote, `mkdir imported`, move its files there, and run `pnpm db:new --import imported`";
    const moves = [names[1], names[2], names[0]].map((name, at) => {
        const to = `${["001", "002", "010"][at]}.do.${["a", "b", "c"][at]}.sql`;
        return `mv migrations/${name} migrations/${to}`;
    });
    const found = findFileProblems(await readFiles(root)).map(({ remedy }) => remedy);
    expect(found).toEqual([
        [...(canImport ? [`${toImport}; or rename each:`] : []), moves[0]].join("\n"),
        ...moves.slice(1),
    ]);
    if (!canImport) return;
    mkdirSync(path.join(root, "imported"));
    for (const name of names) renameSync(path.join(root, "migrations", name), path.join(root, "imported", name));
    const { code } = await runScript("db:new", ["--import", "imported"], { cwd: root });
    expect(code).toBe(0);
});

test("files that have to make room are renamed only where none is applied", async () => {
    const root = writeProject({ "migrations/001.do.b.sql": "SELECT 1;\n", "migrations/0000_a.sql": "SELECT 1;\n" });
    expect(findFileProblems(await readFiles(root)).map(({ remedy }) => remedy)).toEqual([
        "first make room, if none of these files is applied anywhere (otherwise take the numbers from 2 on):\n" +
            "mv migrations/001.do.b.sql migrations/002.do.b.sql\nmv migrations/0000_a.sql migrations/001.do.a.sql",
    ]);
});
