// Backing up and restoring 30,000 questions and their history beside VACUUM INTO and sqlite3's .dump. Run by `pnpm bench:backup`.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "@libsql/client";
import { createOutput } from "../src/cli/output.ts";
import { fill } from "../tests/backup/large.ts";
import { type Files, hasSqlite, run, type Tool, tools, type Usage } from "./backup/tools.ts";
import { deploySchema } from "./load/programs.ts";
import { createOwnProject } from "./projects.ts";
import { inTurn, median } from "./rounds.ts";

const { values: flags } = parseArgs({
    options: { runs: { type: "string", default: "5" }, questions: { type: "string", default: "30000" } },
});
const runs = readCount("runs", flags.runs);
const count = readCount("questions", flags.questions);
const output = createOutput({ json: false, color: false });

// The SQL in a folder of its own: the programs that run there find no .env.
const project = await createOwnProject(fileURLToPath(new URL("..", import.meta.url)));
const folder = await mkdtemp(path.join(tmpdir(), "bench-backup-"));
try {
    if (!hasSqlite) throw new Error("sqlite3 is needed to compare with, and is not installed.");
    const files = await makeFiles();
    output.note(`${count} questions with as much history; medians of ${runs} in turn, whole processes`);
    const usages = new Map<Tool, Usage[]>(tools.map((tool) => [tool, []]));
    const sizes = new Map<Tool, number>();
    for (let round = 0; round < runs; round++) {
        for (const tool of inTurn(tools, round)) {
            for (const end of ["", "-wal", "-shm", "-journal"]) await rm(`${files.made}${end}`, { force: true });
            usages.get(tool)?.push(await run(tool.line(files), project.directory));
            sizes.set(tool, (await stat(files.made)).size);
        }
        output.note(`round ${round + 1} of ${runs}`);
    }
    for (const does of ["backup", "restore"] as const) {
        output.table(renderTimes(does, usages, sizes));
        output.line();
    }
} finally {
    for (const made of [project.directory, folder]) await rm(made, { recursive: true, force: true });
}

async function makeFiles(): Promise<Files> {
    const at = (name: string): string => path.join(folder, name);
    const files = {
        source: at("source.db"),
        made: at("made.sql.gz"),
        ours: at("ours.sql.gz"),
        dump: at("dump.sql"),
        packed: at("dump.gz"),
    };
    output.note(`making ${count} questions`);
    const url = `file:${files.source}`;
    await deploySchema(url, project.directory);
    const client = createClient({ url });
    await fill(client, count);
    client.close();
    const [backup, , dump, packed] = tools;
    for (const [tool, made] of [
        [backup, files.ours],
        [dump, files.dump],
        [packed, files.packed],
    ] as const) {
        if (tool) await run(tool.line({ ...files, made }), project.directory);
    }
    return files;
}

/** Ratios are to the first tool of the kind, which is ours, without its comparison of hashes: above 1 it takes longer. */
function renderTimes(
    does: Tool["does"],
    usages: ReadonlyMap<Tool, readonly Usage[]>,
    sizes: ReadonlyMap<Tool, number>,
): string[][] {
    const shown = tools.filter((tool) => tool.does === does);
    const usagesOf = (tool: Tool | undefined): readonly Usage[] => (tool ? (usages.get(tool) ?? []) : []);
    const timeOf = (tool: Tool | undefined): number =>
        median(usagesOf(tool).map(({ ms, comparison }) => ms - comparison));
    const base = timeOf(shown[0]);
    return [
        [does, "ms", "of ours", "hashes ms", "makes MB", "memory MB"],
        ...shown.map((tool) => {
            const memory = Math.max(0, ...usagesOf(tool).map((usage) => usage.memory));
            const comparison = median(usagesOf(tool).map((usage) => usage.comparison));
            const ms = timeOf(tool);
            return [
                tool.name,
                ms.toFixed(0),
                (ms / base).toFixed(2),
                comparison === 0 ? "" : comparison.toFixed(0),
                ((sizes.get(tool) ?? 0) / 1e6).toFixed(1),
                memory === 0 ? "" : (memory / 1e6).toFixed(0),
            ];
        }),
    ];
}

function readCount(name: string, text: string): number {
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${name} is '${text}', and a whole number is needed.`);
    return Number(text);
}
