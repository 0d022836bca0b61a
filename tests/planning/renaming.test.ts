import { renameSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { findFileProblems } from "../../src/planning/problems.ts";
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
        ["002.do.last.sql", "003.do.a.sql", "004.do.b.sql", "005.do.c.sql"],
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
            const [, from = "", to = ""] = /(?:^|: )mv (\S+) (\S+)$/.exec(remedy) ?? [];
            const [, backup] = /: rm (\S+)$/.exec(remedy) ?? [];
            if (backup === undefined) renameSync(path.join(root, from), path.join(root, to));
            else rmSync(path.join(root, backup));
        }
        const found = await readFiles(root);
        expect(findFileProblems(found)).toEqual([]);
        const files = found.sets[0]?.migrations.flatMap((file) => [file.path, ...(file.undo ? [file.undo.path] : [])]);
        expect(files).toEqual(after.map((name) => `migrations/${name}`));
    },
);
