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

describe("readme:build on seeds/README.md", () => {
    const files = {
        "package.json": "{}",
        "docs/reference/commands.md": read("docs/reference/commands.md").replaceAll(
            /(<!-- (?:commands|options) -->)[\s\S]*?(<!-- \/)/g,
            "$1\n$2",
        ),
        "seeds/README.md": "# Seeds\n\n<!-- job titles -->\nstale\n<!-- /job titles -->\n\nThe rest.\n",
    };

    test("fills the table of job titles in, keeps the rest, and has nothing to do then", async () => {
        const root = writeProject(files);
        const { code, stdout } = await runScript("readme:build", [], { cwd: root });
        expect([code, stdout]).toEqual([
            0,
            "docs/reference/commands.md was brought up to date: 0 commands.\nseeds/README.md was brought up to date: job titles.\n",
        ]);
        const text = readFileSync(path.join(root, "seeds/README.md"), "utf8");
        expect(text).toMatch(/^# Seeds\n\n<!-- job titles -->\n[\s\S]*\n<!-- \/job titles -->\n\nThe rest\.\n$/);
        expect(readTable(text)).toEqual(readTable(read("seeds/README.md")));
        const again = await runScript("readme:build", ["--check"], { cwd: root });
        expect(again).toMatchObject({
            code: 0,
            stdout: "docs/reference/commands.md is current: 0 commands.\nseeds/README.md is current: job titles.\n",
        });
    });

    test("--check exits with 4 when the table alone is stale, and leaves it", async () => {
        const root = writeProject(files);
        await runScript("readme:build", [], { cwd: root });
        const stale = readFileSync(path.join(root, "seeds/README.md"), "utf8").replace("| `sre` |", "| `ops` |");
        changeProject(root, { "seeds/README.md": stale });
        const { code, stderr } = await runScript("readme:build", ["--check"], { cwd: root });
        expect([code, stderr]).toEqual([4, expect.stringContaining("error: seeds/README.md is stale\n")]);
        expect(readFileSync(path.join(root, "seeds/README.md"), "utf8")).toBe(stale);
    });

    test("writes nothing at all where the table has no place", async () => {
        const root = writeProject({ ...files, "seeds/README.md": "# Seeds\n" });
        const { code, stderr } = await runScript("readme:build", [], { cwd: root });
        expect([code, stderr]).toEqual([
            1,
            expect.stringContaining("error: seeds/README.md has no markers for the job titles\n"),
        ]);
        expect(readFileSync(path.join(root, "docs/reference/commands.md"), "utf8")).toBe(
            files["docs/reference/commands.md"],
        );
        expect(readFileSync(path.join(root, "seeds/README.md"), "utf8")).toBe("# Seeds\n");
    });
});
