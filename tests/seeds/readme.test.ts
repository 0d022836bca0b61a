import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("seeds/README.md explains every reason for which a record is rejected", () => {
    const files = readdirSync(new URL("../../src/loading/", import.meta.url), { recursive: true, encoding: "utf8" });
    const source = files
        .filter((name) => name.endsWith(".ts"))
        .map((name) => read(`src/loading/${name}`))
        .join("\n");
    const codes = [...source.matchAll(/(?:code: |reject\(source, |toRejection\(\w+, )"([a-z]+(?:-[a-z]+)*)"/g)].map(
        ([, code]) => code ?? "",
    );
    expect(new Set(codes).size).toBeGreaterThanOrEqual(8);
    const explained = read("seeds/README.md");
    expect([...new Set(codes)].filter((code) => !new RegExp(`^\\| \`${code}\` +\\|`, "m").test(explained))).toEqual([]);
});

/** The rows of the table between the markers of job titles, each as its cells. */
function readTable(document: string): string[][] {
    const [, table = ""] = /<!-- job titles -->\n([\s\S]*?)\n<!-- \/job titles -->/.exec(document) ?? [];
    return table
        .split("\n")
        .slice(2)
        .map((line) => line.split("|").slice(1, -1));
}

test("seeds/README.md shows the channels and keywords of every job title", () => {
    const words = (cell = ""): string[] => cell.split(",").map((word) => word.trim());
    const shown = readTable(read("seeds/README.md")).map(([title = "", primary, secondary, keywords]) => [
        title.trim().replaceAll("`", ""),
        { primary: words(primary), secondary: words(secondary), keywords: words(keywords) },
    ]);
    const titles: Record<string, unknown> = JSON.parse(read("seeds/data/job-titles.json"));
    expect(shown).toEqual(Object.entries(titles));
});

describe("docs:build on seeds/README.md", () => {
    const files = {
        "package.json": "{}",
        "README.md": read("README.md"),
        "seeds/README.md": "# Seeds\n\n<!-- job titles -->\nstale\n<!-- /job titles -->\n\nThe rest.\n",
    };

    test("fills the table of job titles in, keeps the rest, and has nothing to do then", async () => {
        const root = writeProject(files);
        const { code, stdout } = await runScript("docs:build", [], { cwd: root });
        expect([code, stdout]).toEqual([0, "Wrote: seeds/README.md\nBrought 1 page of 2 up to date.\n"]);
        const text = readFileSync(path.join(root, "seeds/README.md"), "utf8");
        expect(text).toMatch(/^# Seeds\n\n<!-- job titles -->\n[\s\S]*\n<!-- \/job titles -->\n\nThe rest\.\n$/);
        expect(readTable(text)).toEqual(readTable(read("seeds/README.md")));
        const again = await runScript("docs:build", ["--check"], { cwd: root });
        expect(again).toMatchObject({
            code: 0,
            stdout: "Nothing to do: 2 pages, all current.\n",
        });
    });

    test("--check exits with 4 when the table alone is stale, and leaves it", async () => {
        const root = writeProject(files);
        await runScript("docs:build", [], { cwd: root });
        const stale = readFileSync(path.join(root, "seeds/README.md"), "utf8").replace("| `sre` |", "| `ops` |");
        changeProject(root, { "seeds/README.md": stale });
        const { code, stderr } = await runScript("docs:build", ["--check"], { cwd: root });
        expect([code, stderr]).toEqual([4, expect.stringContaining("error: seeds/README.md is stale\n")]);
        expect(readFileSync(path.join(root, "seeds/README.md"), "utf8")).toBe(stale);
    });

    test("writes nothing at all where the table has no end", async () => {
        const open = "# Seeds\n\n<!-- job titles -->\n";
        const root = writeProject({ ...files, "seeds/README.md": open });
        const { code, stderr } = await runScript("docs:build", [], { cwd: root });
        expect([code, stderr]).toEqual([
            1,
            expect.stringContaining("error: seeds/README.md: the part 'job titles' has no end\n"),
        ]);
        expect(readFileSync(path.join(root, "README.md"), "utf8")).toBe(files["README.md"]);
        expect(readFileSync(path.join(root, "seeds/README.md"), "utf8")).toBe(open);
    });
});
