import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { documentSite } from "../../site/documents.ts";
import { listShellBlocks } from "../../src/documents/check/shell.ts";
import { readPage } from "../../src/documents/markdown.ts";
import { root } from "../support/deployed.ts";
import { installedEncoder } from "../support/encoder.ts";
import { changeProject, makeFolder } from "../support/project.ts";
import { tell } from "../support/snapshot.ts";
import { commandsVariable } from "../support/temporary.ts";

/** The counts of objects that a page prints or states. */
const objectCounts =
    /\d+ tables, \d+ indexes, \d+ views, \d+ triggers|\d+ views(?:,| and) \d+ triggers|\d+ objects (?:match|compared)/g;

/** Stands for pnpm: runs the built commands, and leaves out what installs and what runs the tests. */
const pnpm = `#!/bin/sh
[ "$1" != --silent ] || shift
case "$1" in
    install | test) exit 0 ;;
esac
name=$(echo "$1" | tr : -)
shift
exec "$NODE" "$COMMANDS/$name.js" "$@"
`;
const npx = '#!/bin/sh\n[ "$1 $2" = "-y pnpm" ] || exit 1\nshift 2\nexec pnpm "$@"\n';

function makePrograms(): string {
    const folder = makeFolder();
    for (const [name, text] of Object.entries({ pnpm, npx })) {
        writeFileSync(path.join(folder, name), text);
        chmodSync(path.join(folder, name), 0o755);
    }
    return folder;
}

/** What the commands read of a clone, with an encoder that needs no installation. */
function copyClone(): string {
    const folder = makeFolder();
    for (const name of ["migrations", "views", "triggers", "queries", "operations", "seeds/data", "package.json"]) {
        cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    }
    changeProject(folder, installedEncoder);
    return folder;
}

function findPort(): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer().once("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number };
            server.close(() => resolve(port));
        });
    });
}

describe("the shell examples of", () => {
    test.each(documentSite.executed)(
        "%s run one after the other in a clone, and print the counts of objects that it states",
        async (name) => {
            const text = readFileSync(path.join(root, name), "utf8");
            const page = readPage(name, text);
            const blocks = listShellBlocks(page);
            expect(blocks.length).toBeGreaterThan(0);
            const project = copyClone();
            const home = path.join(makeFolder(), "home");
            mkdirSync(home);
            const port = await findPort();
            const env = {
                ...{ PATH: `${makePrograms()}:${process.env.PATH}`, HOME: home, TMPDIR: process.env.TMPDIR },
                ...{ NODE: process.execPath, COMMANDS: process.env[commandsVariable] },
            };
            const start = (text: string): { child: ChildProcess; printed: () => string } => {
                let printed = "";
                const child = spawn("sh", ["-ec", text], { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
                for (const stream of [child.stdout, child.stderr]) {
                    stream.setEncoding("utf8").on("data", (part: string) => {
                        printed += part;
                    });
                }
                return { child, printed: () => printed };
            };
            const servers: ChildProcess[] = [];
            let output = "";
            try {
                for (const { text, line } of blocks) {
                    if (/^pnpm db:server\b/.test(text)) {
                        const server = start(`exec ${text} --port ${port}`);
                        servers.push(server.child);
                        await expect.poll(server.printed, { timeout: 30_000 }).toContain("Stop it with Ctrl-C.");
                        continue;
                    }
                    const { child, printed } = start(text);
                    const code = await new Promise((resolve) => child.once("close", resolve));
                    expect(code, `${name}:${line}\n${printed()}`).toBe(0);
                    output += printed();
                }
            } finally {
                for (const server of servers) {
                    const closed = new Promise((resolve) => server.once("close", resolve));
                    server.kill("SIGINT");
                    await closed;
                }
            }
            for (const [stated] of text.matchAll(objectCounts)) expect(output).toContain(stated.replace(" and ", ", "));
            tell(`${name}: ${blocks.length} shell examples ran`);
        },
    );
});
