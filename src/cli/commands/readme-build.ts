import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AppError, exitCodes } from "../../errors.ts";
import { type CommandDefinition, type Context, defineCommand } from "../program.ts";
import { countOf } from "../report.ts";

/** A command as shown by its --help. */
export interface CommandHelp {
    /** As users type it after `pnpm`. */
    readonly name: string;
    /** Its positional arguments, such as `<words...>`. */
    readonly args: string;
    readonly summary: string;
    /** Without the common --json, --help and --wait. */
    readonly options: readonly (readonly [flags: string, text: string])[];
}

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
    done: "Done, or nothing to do.",
    failed: "Failed. The last line describes the state of the database.",
    usage: "Wrong usage: an option, a variable, or a missing confirmation. Nothing was tried.",
    pending: "Something is pending (`db:status`).",
    drift: "The database or a generated file differs from the files, the plan is not the approved one, or a rehearsal or `db:doctor` found something. Nothing was changed.",
    rejected: "Done, except for records that were rejected and written to a file.",
    interrupted: "Interrupted by Ctrl-C.",
};

/** A generated table in another document than that of the commands, if that document exists. */
export interface DocumentTable {
    /** Relative to the project's folder. */
    readonly path: string;
    /** Name of its markers. */
    readonly part: string;
    readonly header: readonly string[];
    /** Markdown cells. */
    readonly rows: readonly (readonly string[])[];
}

const commandsFile = "docs/reference/commands.md";

/**
 * readme:build: fills the commands, their options and the exit codes of docs/reference/commands.md, and tables of other documents.
 *
 * @throws AppError `drift` with --check for a stale document, `invalid-input` for missing markers
 */
export async function buildReadme(
    { root, output }: Context,
    { check }: { check?: boolean },
    tables: readonly DocumentTable[] = [],
): Promise<void> {
    const commands = await readCommands(root);
    const known = tables.filter(({ path }) => existsSync(join(root, path)));
    const parts = [
        {
            path: commandsFile,
            holds: countOf(commands.length, "command"),
            render: (text: string) => renderReadme(text, commands),
        },
        ...known.map(({ path, part, header, rows }) => ({
            path,
            holds: part,
            render: (text: string) => fill(text, part, renderTable(header, rows), path),
        })),
    ];
    const documents = await Promise.all(
        parts.map(async ({ path, holds, render }) => {
            const before = await readFile(join(root, path), "utf8").catch(() => "");
            return { path, holds, before, after: render(before) };
        }),
    );
    const stale = documents.filter(({ before, after }) => before !== after);
    if (check && stale[0]) {
        throw new AppError("drift", `${stale[0].path} is stale`, { hint: "run `pnpm readme:build` and commit it" });
    }
    for (const { path, after } of stale) await writeFile(join(root, path), after);
    for (const { path, holds, before, after } of documents) {
        output.line(`${path} ${before === after ? "is current" : "was brought up to date"}: ${holds}.`);
    }
    const changes = documents.map(({ path, before, after }) => ({ path, changed: before !== after }));
    output.document({ documents: changes, commands });
}

/** Inserts the generated parts between their markers; refuses a document without them. */
export function renderReadme(page: string, commands: readonly CommandHelp[]): string {
    const withCommands = fill(page, "commands", renderCommands(commands));
    return fill(fill(withCommands, "options", renderOptions(commands)), "exit codes", renderExitCodes());
}

/** Reads the commands of package.json that run a file of scripts/. */
export async function readCommandScripts(root: string): Promise<{ name: string; path: string }[]> {
    const text = await readFile(join(root, "package.json"), "utf8");
    const { scripts = {} } = JSON.parse(text) as { scripts?: Record<string, string> };
    return Object.entries(scripts).flatMap(([name, line]) => {
        const path = /^tsx (scripts\/[\w-]+\.ts)$/.exec(line)?.[1];
        return path === undefined ? [] : [{ name, path }];
    });
}

/** Imports every script of package.json and reads its help from the exported definition. */
export async function readCommands(root: string): Promise<CommandHelp[]> {
    const scripts = await readCommandScripts(root);
    return Promise.all(
        scripts.map(async ({ name, path }) => {
            const definition = await importDefinition(root, path);
            if (definition?.name === name && definition.summary) return describeCommand(definition);
            throw new AppError("invalid-input", `${path} does not define the command '${name}' with a summary`, {
                hint: "export its definition as `command`, with this name and a summary of one sentence",
            });
        }),
    );
}

async function importDefinition(root: string, path: string): Promise<CommandDefinition<never> | undefined> {
    // The query makes it a separate module, because the module of this command's own script is still being loaded.
    const url = `${pathToFileURL(join(root, path)).href}?definition`;
    try {
        const script = await import(/* @vite-ignore */ url);
        return (script as { command?: CommandDefinition<never> }).command;
    } catch (error) {
        const details = [error instanceof Error ? error.message : String(error)];
        throw new AppError("invalid-input", `${path} cannot be imported`, { details });
    }
}

function describeCommand(definition: CommandDefinition<never>): CommandHelp {
    const command = defineCommand(definition);
    const help = command.createHelp();
    const own = help.visibleOptions(command).filter(({ flags }) => !/--(json|help|wait)\b/.test(flags));
    return {
        name: definition.name,
        args: command.usage().replace("[options]", "").trim(),
        summary: definition.summary,
        options: own.map((option) => [option.flags, help.optionDescription(option)]),
    };
}

function renderCommands(commands: readonly CommandHelp[]): string {
    const rows = commands.map(({ name, args, summary }) => [`\`${`${name} ${args}`.trim()}\``, summary]);
    return renderTable(["Command", "What it does"], rows);
}

function renderOptions(commands: readonly CommandHelp[]): string {
    const lists = commands
        .filter(({ options }) => options.length > 0)
        .map(({ name, args, options }) => {
            const width = Math.max(...options.map(([flags]) => flags.length));
            const lines = options.map(([flags, text]) => `    ${flags.padEnd(width)}  ${text}`);
            return [`${name} ${args}`.trim(), ...lines].join("\n");
        });
    return `\`\`\`text\n${lists.join("\n\n")}\n\`\`\``;
}

function renderExitCodes(): string {
    const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
    const rows = names.map((name) => [String(exitCodes[name]), meanings[name]]);
    return renderTable(["Exit code", "Meaning"], rows);
}

function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string =>
        `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

function fill(document: string, part: string, text: string, path = commandsFile): string {
    const [open, close] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
    const from = document.indexOf(open);
    const to = document.indexOf(close, from);
    if (from === -1 || to === -1) {
        throw new AppError("invalid-input", `${path} has no markers for the ${part}`, {
            hint: `put \`${open}\` and \`${close}\` on separate lines where the part belongs`,
            outcome: "Nothing was written.",
        });
    }
    return `${document.slice(0, from)}${open}\n${text}\n${document.slice(to)}`;
}
