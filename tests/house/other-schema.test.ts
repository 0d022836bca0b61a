import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { createClient } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { findFreePort } from "../console/running.ts";
import { type CommandResult, startScript } from "../support/command.ts";
import { readRows } from "../support/contents.ts";
import { root } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { listTree } from "../support/tree.ts";
import { makeOther, readCommands } from "./other-schema.ts";

let project: string;

beforeAll(() => {
    project = makeOther();
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
});

const start = (name: string, ...args: string[]) =>
    startScript(join(project, "scripts", `${name.replaceAll(":", "-")}.ts`), args, { cwd: project });
const run = (line: string): Promise<CommandResult> => {
    const [name = "", ...args] = line.split(" ");
    return start(name, ...args).result;
};

/** Runs commands at once, and gives for each its code, and the last line that it printed. */
async function runAll(lines: readonly string[]): Promise<Record<string, string>> {
    const results = await Promise.all(
        lines.map(async (line) => {
            const { code, stdout, stderr } = await run(line);
            const printed = stdout.trim().split("\n").at(-1) ?? "";
            return [line, `${code}: ${code === 0 ? printed.replace(/ ?[\d,]+ ms\.$/, "") : stderr}`];
        }),
    );
    return Object.fromEntries(results);
}

const rows = "SELECT a.name, b.title FROM books AS b JOIN authors AS a ON a.id = b.author_id";

test("the tools work on another schema, without this site's files", async () => {
    expect(readCommands()).toHaveLength(5);
    for (const folder of ["app", "seeds", "views", "queries"]) expect(existsSync(join(project, folder))).toBe(false);
    const deployed = "2 tables, 1 index, 0 views, 0 triggers.";
    expect(await runAll(["db:migrate", "schema:build"])).toEqual({
        "db:migrate": `0: Applied 2 migrations. The database is at version 2: ${deployed}`,
        "schema:build": "0: All generated files were brought up to date.",
    });
    const client = createClient({ url: `file:${join(project, "local.db")}` });
    await client.executeMultiple(
        "INSERT INTO authors VALUES (1, 'Ada'); INSERT INTO books VALUES ('1-2', 'Notes', 1);",
    );
    expect(
        await runAll([
            ...["db:status", "db:verify", "db:lint --strict", "db:doctor", "db:seed", "db:export out", "db:maintain"],
            ...["schema:build --check", "sql:format --check", "docs:build", "db:stats", "db:adopt --check"],
        ]),
    ).toEqual({
        "db:status": "0: The database is up to date.",
        "db:verify": "0: The database at version 2 matches the files: 7 objects compared.",
        "db:lint --strict": "0: Nothing found: 4 files checked.",
        "db:doctor": "0: Nothing found: 6 checks.",
        "db:seed": `0: Nothing to do. The database is at version 2: ${deployed}`,
        "db:export out": "0: Exported 0 rows to out.",
        "db:maintain": "0: Nothing to do: no row is due.",
        "schema:build --check": "0: All generated files are current.",
        "sql:format --check": "0: Nothing to do: 10 files checked, all formatted.",
        "docs:build": expect.stringMatching(/^0: Brought \d+ pages of \d+ up to date\.$/),
        "db:stats": expect.stringMatching(/^0: /),
        "db:adopt --check": expect.stringMatching(/^0: /),
    });
    if (existsSync(join(root, "checkers/node_modules"))) {
        symlinkSync(join(root, "checkers/node_modules"), join(project, "checkers/node_modules"));
        expect(await runAll(["docs:check"])).toEqual({ "docs:check": expect.stringMatching(/^0: Nothing found: /) });
    }
    expect(readFileSync(join(project, "README.md"), "utf8")).toContain("[`books`](docs/schema/books.md)");

    expect((await run("db:backup kept.sql.gz")).code).toBe(0);
    await client.execute("DELETE FROM books");
    expect((await run("db:restore kept.sql.gz --replace --yes")).code).toBe(0);
    const again = createClient({ url: `file:${join(project, "local.db")}` });
    expect(await readRows(again, rows)).toEqual([{ name: "Ada", title: "Notes" }]);
    for (const one of [client, again]) one.close();
});

test("its console answers, with the screens that every schema has", async () => {
    const port = await findFreePort();
    const running = start("dev", "--port", String(port));
    try {
        await expect.poll(() => running.printed().stdout, { timeout: 60_000 }).toContain("Ctrl-C ends it.");
        const pages = await Promise.all(
            ["/", "/tables/books", "/diagram", "/growth", "/health", "/sql", "/docs"].map(async (path) => {
                const answer = await fetch(`http://localhost:${port}${path}`);
                return [path, answer.status, await answer.text()] as const;
            }),
        );
        expect(pages.map(([path, status]) => `${path} ${status}`)).toEqual(pages.map(([path]) => `${path} 200`));
        expect(pages[0]?.[2]).toContain("Up to date, no drift");
        expect(pages[0]?.[2]).not.toContain("<search>");
    } finally {
        running.kill("SIGINT");
        expect((await running.result).code).toBe(130);
    }
});

const loaderFile = `import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";

export const authors: Loader = {
    name: "authors",
    table: "authors",
    fields: { id: "integer", name: "text" },
    key: ["id"],
    schema: z.object({ id: z.number(), name: z.string() }),
    find: (document) =>
        Array.isArray(document) ? document.map((value, at) => ({ position: String(at), value })) : undefined,
};
`;

test("a loader and a seed of its own load and export, without a history", async () => {
    const seeds = readFileSync(join(project, "site/seeds.ts"), "utf8")
        .replace(
            "seeds: []",
            'seeds: [{ name: "authors", table: "authors", paths: ["authors.json"], isDefault: true }]',
        )
        .replace("async () => []", 'async () => [(await import("../seeds/authors.ts")).authors]');
    const records = [
        { id: 1, name: "Ada" },
        { id: 2, name: "Bob" },
    ];
    changeProject(project, {
        ...{ "local.db": undefined, "local.db-wal": undefined, "local.db-shm": undefined },
        "site/seeds.ts": seeds,
        "seeds/authors.ts": loaderFile,
        "seeds/data/authors.json": JSON.stringify(records),
    });
    expect(Object.values(await runAll(["db:migrate"]))).toEqual([
        expect.stringMatching(/^0: Applied 2 migrations\. Loaded 2 authors/),
    ]);
    expect(Object.values(await runAll(["db:seed", "db:export loaded"]))).toEqual([
        expect.stringMatching(/^0: Nothing to do\./),
        "0: Exported 2 rows to loaded.",
    ]);
    expect(JSON.parse(readFileSync(join(project, "loaded/authors.json"), "utf8"))).toEqual(records);
});

test("no file that goes along imports one that stays behind", () => {
    const code = listTree().filter((path) => /\.tsx?$/.test(path) && existsSync(join(project, path)));
    expect(code.length).toBeGreaterThan(400);
    const broken = code.flatMap((path) =>
        [...readFileSync(join(project, path), "utf8").matchAll(/(?:from|import\() *"(\.[^"]+)"/g)]
            .map(([, name = ""]) => posix.join(posix.dirname(path), name))
            .filter((name) => !existsSync(join(project, name)) && existsSync(join(root, name)))
            .map((name) => `${path}: ${name} (list both in site/files.txt, or neither)`),
    );
    expect(broken).toEqual([]);
});
