import { expect, test } from "vitest";
import { findUnknownQueries } from "../../src/lint/index-queries.ts";
import { lintFiles } from "../../src/lint/lint.ts";
import { failingStatement, findFailingStatements } from "../../src/lint/replay.ts";
import type { Finding } from "../../src/lint/rule.ts";
import { rules } from "../../src/lint/rules.ts";
import { readFiles } from "../../src/planning/files.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { base, type Files } from "./corpus/base.ts";
import { runs } from "./corpus/runs.ts";
import { safe } from "./corpus/safe.ts";
import { style } from "./corpus/style.ts";

const groups = { runs, safe, style };
const corpus = { ...runs, ...safe, ...style };

async function lint(files: Files, id = ""): Promise<readonly Finding[]> {
    const root = writeProject(base);
    changeProject(root, files);
    const found = await readFiles(root);
    const failing = id === failingStatement ? await findFailingStatements(found) : [];
    return lintFiles(found, undefined, [...failing, ...(await findUnknownQueries(root, found))]).findings;
}

test("the files that the corpus starts from are clean", async () => {
    expect(await lint({})).toEqual([]);
});

test("every rule has a file that it catches and one that it must not, in the group that it is of", () => {
    expect(Object.keys(corpus).sort()).toEqual(rules.map(({ id }) => id).sort());
    for (const { id, group } of rules) expect(Object.keys(groups[group]), id).toContain(id);
});

test.each(Object.entries(corpus))(
    "%s catches what it is for, at its line, and lets the file near it pass",
    async (id, sample) => {
        const caught = (await lint(sample.caught, id)).filter(({ rule }) => rule === id);
        expect(caught.map(({ path, line }) => `${path}:${line}`)).toEqual(sample.at);
        for (const finding of caught)
            expect(`${finding.message} | ${finding.why} | ${finding.remedy}`).toMatch(/^\S.* \| [A-Z].*\. \| \S/);
        expect((await lint(sample.fine, id)).filter(({ rule }) => rule === id)).toEqual([]);
    },
);
