import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { type CommandHelp, readCommandScripts, readCommands, renderCommandParts } from "../../src/cli/command-help.ts";
import { exitCodes } from "../../src/errors.ts";
import { startScript } from "../support/command.ts";
import { type Printed, runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("the commands of this repository", () => {
    let commands: CommandHelp[];

    beforeAll(async () => {
        commands = await readCommands(ROOT);
    });

    test("have a script file each, named as they are, and a summary of one sentence", async () => {
        for (const { name, path: file } of await readCommandScripts(ROOT)) {
            expect(file).toBe(`scripts/${name.replaceAll(":", "-")}.ts`);
            expect(existsSync(path.join(ROOT, file)), file).toBe(true);
        }
        for (const { name, summary } of commands) expect(summary, name).toMatch(/^\S.*\.$/);
    });

    test("are all in package.json", async () => {
        const named = (await readCommandScripts(ROOT)).map((script) => script.path);
        const files = readdirSync(path.join(ROOT, "scripts")).map((file) => `scripts/${file}`);
        expect(named.sort()).toEqual(files.sort());
    });

    test("say of each option what it does", () => {
        const silent = commands.flatMap(({ name, options }) =>
            options.filter(([, text]) => text === "").map(([flags]) => `${name} ${flags}`),
        );
        expect(silent).toEqual([]);
    });

    test("stand in the documents as they are", () => {
        const page = readFileSync(path.join(ROOT, "docs/reference/commands.md"), "utf8");
        for (const [name, part] of renderCommandParts(commands)) {
            expect(page).toContain(`<!-- ${name} -->\n${part}\n<!-- /${name} -->`);
        }
    });
});

test("a script runs its command also through a link and without the ending of its name", async () => {
    const link = path.join(writeProject({}), "linked.ts");
    symlinkSync(path.join(ROOT, "scripts/db-status.ts"), link);
    for (const started of [link, path.join(ROOT, "scripts/db-status")]) {
        const { code, stdout } = await startScript(started, ["--help"], {}).result;
        expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: db:status /)]);
    }
});

const build = (cwd: string, ...args: string[]): Promise<Printed> => runScript("docs:build", args, { cwd, env: {} });

const script = `export const command = {
    name: "db:one",
    summary: "Does one | thing, at a length that makes the line of the help text break somewhere.",
    define: (command) =>
        command
            .argument("<words...>", "what it is called")
            .usage("[options] <words...>")
            .option("--to <version>", "stop there, and not later"),
    run: () => undefined,
};
`;

const readme = `# A project

<!-- commands -->
<!-- /commands -->

<!-- options -->
<!-- /options -->

Between.

<!-- exit codes -->
stale
<!-- /exit codes -->
`;

const project = {
    "package.json": JSON.stringify({
        scripts: { "db:one": "node --import tsx scripts/db-one.ts", test: "vitest run" },
    }),
    "scripts/db-one.ts": script,
    "README.md": readme,
};

describe("docs:build", () => {
    test("fills the commands and the exit codes in, keeps the rest, and has nothing to do then", async () => {
        const root = writeProject(project);
        const { code, stdout } = await build(root);
        expect(code).toBe(0);
        expect(stdout).toBe("Wrote: README.md\nBrought 1 page of 1 up to date.\n");
        const text = readFileSync(path.join(root, "README.md"), "utf8");
        expect(text).toContain(
            "| `db:one <words...>` | Does one \\| thing, at a length that makes the line of the help text break somewhere. |\n",
        );
        expect(text).toContain("```text\ndb:one <words...>\n    --to <version>  stop there, and not later\n```\n");
        expect(text).toContain("\n<!-- /options -->\n\nBetween.\n\n<!-- exit codes -->\n");
        for (const number of Object.values(exitCodes))
            expect(text).toMatch(new RegExp(`^\\| ${number} \\| .+ \\|$`, "m"));
        expect(text).not.toContain("stale");
        const again = await build(root, "--check");
        expect(again).toMatchObject({ code: 0, stdout: "Nothing to do: 1 page, all current.\n" });
    });

    test("--check exits with 4 when README.md is stale, and leaves it", async () => {
        const root = writeProject(project);
        const { code, stderr } = await build(root, "--check");
        expect(code).toBe(4);
        expect(stderr).toContain("error: README.md is stale\n\nhint: run `pnpm docs:build`");
        expect(readFileSync(path.join(root, "README.md"), "utf8")).toBe(readme);
    });

    test.each([
        ["README.md:11: the part 'exit codes' has no end", { "README.md": readme.replace("<!-- /exit codes -->", "") }],
        ["README.md:11: the part 'exits' is unknown", { "README.md": readme.replaceAll("exit codes", "exits") }],
        ["scripts/db-one.ts cannot be imported", { "scripts/db-one.ts": undefined }],
        [
            "scripts/db-one.ts does not define the command 'db:one' with a summary",
            { "scripts/db-one.ts": script.replace(/Does one.*?somewhere\./, "") },
        ],
        [
            "scripts/db-one.ts does not define the command 'db:one' with a summary",
            { "scripts/db-one.ts": script.replace("db:one", "db:two") },
        ],
        [
            "scripts/db-one.ts does not define the command 'db:one' with a summary",
            { "scripts/db-one.ts": script.replace("export const command", "export const other") },
        ],
    ])("says '%s', and writes nothing", async (message, changes) => {
        const root = writeProject(project);
        changeProject(root, changes);
        const before = existsSync(path.join(root, "README.md")) && readFileSync(path.join(root, "README.md"), "utf8");
        const { code, stderr } = await build(root);
        expect(code).toBe(1);
        expect(stderr).toContain(`error: ${message}\n`);
        const after = existsSync(path.join(root, "README.md")) && readFileSync(path.join(root, "README.md"), "utf8");
        expect(after).toBe(before);
    });
});
