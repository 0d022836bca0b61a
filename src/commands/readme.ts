import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "../cli.ts";
import { AppError, exitCodes } from "../errors.ts";
import { countOf } from "./report.ts";

/** A command as its own --help tells it. */
export interface CommandHelp {
    /** As users type it after `pnpm`. */
    readonly name: string;
    /** Its arguments that are no options, such as `<words...>`. */
    readonly args: string;
    readonly summary: string;
    /** Flags and what they do; --json and --help, which every command has, are left out. */
    readonly options: readonly (readonly [flags: string, text: string])[];
}

/** What each exit code says. */
const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
    done: "Done, also when there was nothing to do.",
    failed: "Failed. The last line says what the database is now.",
    usage: "Wrong usage: an option, a variable, or a missing confirmation. Nothing was tried.",
    pending: "Something is pending (`db:status`).",
    drift: "Files and database, or files and what is generated from them, do not agree. Nothing was changed.",
    rejected: "Done, except for records that were rejected and written to a file.",
    interrupted: "Interrupted by Ctrl-C.",
};

const readmeFile = "README.md";

/**
 * readme:build: fills the parts of README.md that are generated: the commands and the exit codes.
 *
 * @throws AppError `drift` with --check when README.md is stale, `invalid-input` when it has no place for a part
 */
export async function buildReadme({ root, output }: Context, { check }: { check?: boolean }): Promise<void> {
    const before = await readFile(join(root, readmeFile), "utf8").catch(() => "");
    const commands = await readCommands(root);
    const after = renderReadme(before, commands);
    const isCurrent = before === after;
    if (check && !isCurrent) {
        throw new AppError("drift", `${readmeFile} is stale`, { hint: "run `pnpm readme:build` and commit it" });
    }
    if (!isCurrent) await writeFile(join(root, readmeFile), after);
    output.line(
        `${readmeFile} ${isCurrent ? "is current" : "was brought up to date"}: ${countOf(commands.length, "command")}.`,
    );
    output.document({ path: readmeFile, changed: !isCurrent, commands });
}

/**
 * Puts the generated parts between their markers.
 *
 * @throws AppError `invalid-input` for a missing marker
 */
export function renderReadme(readme: string, commands: readonly CommandHelp[]): string {
    return fill(fill(readme, "commands", renderCommands(commands)), "exit codes", renderExitCodes());
}

/** Reads which commands package.json names: those that run a file of scripts/. */
export async function readCommandScripts(root: string): Promise<{ name: string; path: string }[]> {
    const text = await readFile(join(root, "package.json"), "utf8");
    const { scripts = {} } = JSON.parse(text) as { scripts?: Record<string, string> };
    return Object.entries(scripts).flatMap(([name, line]) => {
        const path = /^tsx (scripts\/[\w-]+\.ts)$/.exec(line)?.[1];
        return path === undefined ? [] : [{ name, path }];
    });
}

/**
 * Runs every command of package.json with --help.
 *
 * @throws AppError `invalid-input` for a command that does not answer with its name and a summary
 */
export async function readCommands(root: string): Promise<CommandHelp[]> {
    const scripts = await readCommandScripts(root);
    const commands = new Array<CommandHelp>(scripts.length);
    const queue = [...scripts.entries()];
    const work = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
            const [at, { name, path }] = next;
            commands[at] = parseHelp(name, path, await askForHelp(root, path));
        }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    return commands;
}

function askForHelp(root: string, path: string): Promise<string> {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const args = ["--import", tsx, path, "--help"];
    return new Promise((resolve, reject) => {
        execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
            if (!error) return resolve(stdout);
            const details = stderr.trim().split("\n").slice(-5);
            reject(new AppError("invalid-input", `${path} --help fails`, { details }));
        });
    });
}

function parseHelp(name: string, path: string, help: string): CommandHelp {
    const [usage = "", summary = ""] = help.split("\n\n").map((part) => part.replace(/\s+/g, " ").trim());
    const [, own, args = ""] = /^Usage: (\S+)(?: \[options\])?(.*)$/.exec(usage) ?? [];
    if (own !== name || /^(Arguments|Options):/.test(summary) || summary === "") {
        throw new AppError("invalid-input", `${path} --help gives no summary of '${name}'`, {
            hint: "let its definition have this name and a summary of one sentence",
        });
    }
    const [, list = ""] = /\nOptions:\n([\s\S]*)$/.exec(help) ?? [];
    const options: [string, string][] = [];
    for (const line of list.split("\n").filter((text) => text.trim() !== "")) {
        const [, flags, text = ""] = /^ {2}(-.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
        const last = options.at(-1);
        if (flags !== undefined) options.push([flags, text]);
        else if (last) last[1] = `${last[1]} ${line.trim()}`.trim();
    }
    const isOwn = ([flags]: readonly [string, string]): boolean => !/--(json|help)\b/.test(flags);
    return { name, args: args.trim(), summary, options: options.filter(isOwn) };
}

function renderCommands(commands: readonly CommandHelp[]): string {
    const rows = commands.map(({ name, args, summary }) => `| ${code(`${name} ${args}`.trim())} | ${cell(summary)} |`);
    const lists = commands
        .filter(({ options }) => options.length > 0)
        .map(({ name, args, options }) => {
            const width = Math.max(...options.map(([flags]) => flags.length));
            const lines = options.map(([flags, text]) => `    ${flags.padEnd(width)}  ${text}`);
            return [`${name} ${args}`.trim(), ...lines].join("\n");
        });
    return [
        "| Command | What it does |",
        "|---|---|",
        ...rows,
        "",
        "<details>",
        "<summary>Options of each command</summary>",
        "",
        "```text",
        lists.join("\n\n"),
        "```",
        "",
        "</details>",
    ].join("\n");
}

function renderExitCodes(): string {
    const rows = Object.entries(exitCodes).map(
        ([name, number]) => `| ${number} | ${meanings[name as keyof typeof exitCodes]} |`,
    );
    return ["| Exit code | Meaning |", "|---|---|", ...rows].join("\n");
}

function fill(readme: string, part: string, text: string): string {
    const [open, close] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
    const from = readme.indexOf(open);
    const to = readme.indexOf(close, from);
    if (from === -1 || to === -1) {
        throw new AppError("invalid-input", `${readmeFile} has no place for the ${part}`, {
            hint: `put \`${open}\` and \`${close}\` on lines of their own where they belong`,
            outcome: "Nothing was written.",
        });
    }
    return `${readme.slice(0, from)}${open}\n${text}\n${readme.slice(to)}`;
}

function code(text: string): string {
    return `\`${cell(text)}\``;
}

function cell(text: string): string {
    return text.replaceAll("|", "\\|");
}
