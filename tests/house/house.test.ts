import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { readStructure } from "../../src/planning/structure.ts";
import { root } from "../support/deployed.ts";
import { longest } from "../support/longest.ts";

const lineLimit = 300;

function listFiles(folder: string, ending: string): string[] {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(ending) && !name.includes("node_modules"))
        .map((name) => `${folder}/${name}`);
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("the house", () => {
    const sources = [...listFiles("src", ".ts"), ...listFiles("scripts", ".ts"), ...listFiles("seeds", ".ts")];

    it("has no file with more than 300 lines", () => {
        const long = sources.filter((path) => read(path).split("\n").length > lineLimit + 1);
        expect(long).toEqual([]);
    });

    it("keeps commands to about thirty lines", () => {
        expect(listFiles("scripts", ".ts").filter((path) => read(path).split("\n").length > 36)).toEqual([]);
    });

    it("names no table of the schema in src", async () => {
        const { sets } = await readFiles(root);
        const tables = sets.flatMap((set) =>
            set.migrations.flatMap((file) => [...readStructure(file.statements).created]),
        );
        expect(tables.length).toBeGreaterThan(12);
        const found = listFiles("src", ".ts").flatMap((path) => {
            // Comments may give examples; code may not know them.
            const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
            return tables
                .filter((table) => new RegExp(`\\b${table}\\b`).test(code))
                .map((table) => `${path}: ${table}`);
        });
        expect(found).toEqual([]);
    });

    it("reads the environment in one place and writes to the terminal in one place", () => {
        const code = (path: string): string => read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
        const readers = sources.filter((path) => /process\.env/.test(code(path)));
        const writers = sources.filter((path) =>
            /console\.|process\.(stdout|stderr)\.write|process\[stream\]/.test(code(path)),
        );
        expect(readers).toEqual(["src/cli/settings.ts"]);
        expect(writers).toEqual(["src/cli/output.ts"]);
    });

    it("explains every exported function and type of src", () => {
        const silent = listFiles("src", ".ts").flatMap((path) => {
            const lines = read(path).split("\n");
            return lines.flatMap((line, at) => {
                const name = /^export (?:async )?function\*? (\w+)/.exec(line)?.[1];
                return name && !/\*\/\s*$/.test(lines[at - 1] ?? "") ? [`${path}: ${name}`] : [];
            });
        });
        expect(silent).toEqual([]);
    });

    it("starts the longest test files first, and each of them is there", () => {
        expect(longest.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    });

    it("has every command in package.json as a file, and every file as a command", () => {
        const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
        const named = Object.entries(scripts).flatMap(([name, line]) => {
            const file = /^tsx (scripts\/[\w-]+\.ts)$/.exec(line)?.[1];
            return file ? [[name.replaceAll(":", "-"), file] as const] : [];
        });
        expect(named.map(([name]) => `scripts/${name}.ts`).sort()).toEqual(listFiles("scripts", ".ts").sort());
        for (const [name, file] of named) expect(file).toBe(`scripts/${name}.ts`);
    });
});
