import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Files that the tools read and write, in a folder of their own. */
export interface Files {
    /** The database that is backed up. */
    source: string;
    /** What the tool makes; removed before each run. */
    made: string;
    /** Backups, each made once before any restore is measured. */
    ours: string;
    dump: string;
    packed: string;
}

/** A program that backs up or restores. */
export interface Tool {
    name: string;
    does: "backup" | "restore";
    /** A line for the shell. */
    line: (files: Files) => string;
}

export interface Usage {
    ms: number;
    /** Greatest resident size, in bytes; 0 for programs that are not ours. */
    memory: number;
    /** The part of `ms` in which our restore compared hashes; other programs do not. */
    comparison: number;
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
const fileOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
// As addresses, because programs run in another folder.
const preloads = [
    pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
    pathToFileURL(fileOf("../load/peak-memory.ts")).href,
].flatMap((address) => ["--import", address]);

function ours(script: string, target: string, ...args: string[]): string {
    const words = [process.execPath, ...preloads, fileOf(`../../scripts/${script}.ts`), ...args];
    return `TURSO_DATABASE_URL=${quote(`file:${target}`)} exec ${words.map(quote).join(" ")}`;
}

/** Whether there is a stock sqlite3 to measure. */
export const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;

// The first of each kind is what the others are compared with.
export const tools: readonly Tool[] = [
    { name: "ours: db:backup", does: "backup", line: ({ source, made }) => ours("db-backup", source, made) },
    { name: "VACUUM INTO", does: "backup", line: ({ source, made }) => `sqlite3 ${source} "VACUUM INTO '${made}'"` },
    { name: "sqlite3 .dump", does: "backup", line: ({ source, made }) => `sqlite3 ${source} .dump > ${made}` },
    {
        name: "sqlite3 .dump | gzip -4",
        does: "backup",
        line: ({ source, made }) => `sqlite3 ${source} .dump | gzip -4 > ${made}`,
    },
    { name: "ours: db:restore", does: "restore", line: (files) => ours("db-restore", files.made, files.ours) },
    {
        name: "gunzip | sqlite3, our backup",
        does: "restore",
        line: (files) => `gunzip -c ${files.ours} | sqlite3 ${files.made}`,
    },
    { name: "sqlite3 < dump", does: "restore", line: ({ dump, made }) => `sqlite3 ${made} < ${dump}` },
    {
        name: "gunzip | sqlite3, packed dump",
        does: "restore",
        line: ({ packed, made }) => `gunzip -c ${packed} | sqlite3 ${made}`,
    },
];

/** Runs a line of the shell as a process in `folder`. Throws with what it printed when it fails. */
export async function run(line: string, folder: string): Promise<Usage> {
    const began = performance.now();
    const child = spawn("sh", ["-c", line], {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, TMPDIR: tmpdir() },
        stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let result = "";
    let printed = "";
    let peak = "";
    const [, out, err, memory] = child.stdio;
    out?.on("data", (text: Buffer) => {
        result += text.toString();
    });
    err?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
    });
    memory?.on("data", (text: Buffer) => {
        peak += text.toString();
    });
    const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`'${line}' ended with exit code ${code}:\n${printed}`);
    const [, comparison = "0"] = /^Compared: .* in ([\d,]+) ms$/m.exec(result) ?? [];
    return {
        ms: performance.now() - began,
        memory: Number(peak || "0") * 1024,
        comparison: Number(comparison.replaceAll(",", "")),
    };
}
