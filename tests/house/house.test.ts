import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/deployed.ts";
import * as rules from "./rules.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

function listFiles(folder: string): string[] {
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => `${folder}/${name}`);
}

const sources: rules.Sources = new Map(
    ["src", "scripts", "site", "seeds", "app"].flatMap(listFiles).map((path) => [path, read(path)]),
);
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** Each rule with a source that breaks it and what it then finds. */
const ruled: [string, (sources: rules.Sources) => string[], [string, string], string][] = [
    [
        "has no file with more than 300 lines",
        rules.findLongFiles,
        ["src/sql/long.ts", "//\n".repeat(301)],
        "src/sql/long.ts: 301 lines",
    ],
    [
        "keeps a script to about thirty lines",
        rules.findLongFiles,
        ["scripts/db-long.ts", "//\n".repeat(40)],
        "scripts/db-long.ts: 40 lines",
    ],
    [
        "exports each name of src once",
        rules.findSharedNames,
        ["src/lint/name.ts", "export function quoteName() {}"],
        "quoteName: src/sql/quoting.ts, src/lint/name.ts",
    ],
    [
        "explains every exported function of src",
        rules.findUnexplained,
        ["src/sql/mute.ts", "export function mute() {}"],
        "src/sql/mute.ts: mute",
    ],
    [
        "reads the environment in one place",
        rules.findEnvironmentReaders,
        ["app/reader.ts", "process.env.HOME"],
        "app/reader.ts",
    ],
    [
        "writes to the terminal in one place",
        rules.findPrinters,
        ["src/lint/say.ts", "console.log(1)"],
        "src/lint/say.ts",
    ],
    [
        "prints nothing in a feature",
        rules.findPrintingFeatures,
        ["src/lint/print.ts", "function print({ output }: Context) { output.line('a'); }"],
        "src/lint/print.ts",
    ],
    [
        "loads drivers and speaks HTTP in src/database alone",
        rules.findDriverUsers,
        ["src/backup/http.ts", 'await fetch("http://127.0.0.1")'],
        "src/backup/http.ts",
    ],
    [
        "keeps nothing in a variable of a module",
        rules.findModuleState,
        ["src/lint/state.ts", "let last = 0;"],
        "src/lint/state.ts: let last = 0;",
    ],
    [
        "keeps nothing in a collection of a module",
        rules.findModuleState,
        ["src/lint/state.ts", "const seen: Set<string> = new Set();"],
        "src/lint/state.ts: const seen: Set<string> = new Set();",
    ],
    [
        "loads the drivers of libSQL in database alone",
        rules.findDriverUsers,
        ["src/server/driver.ts", 'import Database from "libsql";'],
        "src/server/driver.ts",
    ],
    [
        "loads the search in its own commands alone",
        rules.findSearchUsers,
        ["src/doctor/search.ts", 'import { search } from "../search/rank.ts";'],
        "src/doctor/search.ts",
    ],
    [
        "has a script for every file of src/cli/commands",
        (files) => rules.findUnnamedCommands(files, Object.keys(scripts)),
        ["src/cli/commands/part.ts", ""],
        "src/cli/commands/part.ts",
    ],
];

describe("the house", () => {
    test.each(ruled)("%s", (_, find, [path, text], problem) => {
        expect(find(sources)).toEqual([]);
        expect(find(new Map([...sources, [path, text]]))).toEqual([problem]);
    });

    test("has at most fifteen files in a folder of src", () => {
        expect(rules.findFullFolders(sources)).toEqual([]);
        const many = Array.from({ length: 16 }, (_, at): [string, string] => [`src/many/${at}.ts`, ""]);
        expect(rules.findFullFolders(new Map(many))).toEqual(["src/many: 16 files"]);
    });

    test("pins the version of pnpm, and lets another one run without downloading that one", () => {
        expect(JSON.parse(read("package.json"))).toMatchObject({
            packageManager: expect.stringMatching(/^pnpm@\d+\.\d+\.\d+$/),
        });
        expect(read("pnpm-workspace.yaml")).toMatch(/^pmOnFail: ignore$/m);
    });

    test("has every command in package.json as a file, and every file as a command", () => {
        const named = Object.entries(scripts).flatMap(([name, line]) => {
            const file = /^node --import tsx (scripts\/[\w-]+\.ts)$/.exec(line)?.[1];
            return file ? [[name.replaceAll(":", "-"), file] as const] : [];
        });
        expect(named.map(([name]) => `scripts/${name}.ts`).sort()).toEqual(listFiles("scripts").sort());
        for (const [name, file] of named) expect(file).toBe(`scripts/${name}.ts`);
    });
});
