import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { readStructure } from "../../src/planning/structure.ts";
import * as rules from "../house/rules.ts";
import { root } from "../support/deployed.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("names only files and folders in CONTRIBUTING.md that there are", () => {
    const there = [
        "src",
        "scripts",
        "seeds",
        "app",
        "site",
        "tests",
        "operations",
        "bench",
        "conformance",
        "queries",
    ].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `/${folder}/${name}`),
    );
    const findMissing = (text: string): string[] =>
        [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*)(?:\.ts|\/)`/g)]
            .map(([code]) => code.slice(1, -1).replace(/\/$/, ""))
            .filter((name) => !there.some((path) => path.endsWith(`/${name}`)) && !existsSync(join(root, name)));
    expect(findMissing(read("CONTRIBUTING.md"))).toEqual([]);
    expect(findMissing("`restore/compare.ts`, `src/lint/` and `guards.ts`")).toEqual(["restore/compare.ts"]);
});

test("src names no table of the schema", async () => {
    const { sets } = await readFiles(root);
    const tables = sets.flatMap((set) => set.migrations.flatMap((file) => [...readStructure(file.statements).created]));
    const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((name) => `src/${name}`);
    const sources = new Map(paths.filter((path) => /\.tsx?$/.test(path)).map((path) => [path, read(path)]));
    expect(tables.length).toBeGreaterThan(12);
    expect(rules.findNamedTables(sources, tables)).toEqual([]);
    const broken = new Map([["src/lint/site.ts", 'const table = "bot_runs";']]);
    expect(rules.findNamedTables(broken, tables)).toEqual(["src/lint/site.ts: bot_runs"]);
});
