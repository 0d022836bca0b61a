import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { code, renderMarkdownTable } from "../documents/parts.ts";
import { AppError, exitCodes } from "../errors.ts";
import { readJsonFile } from "../text/json-file.ts";
import { type CommandDefinition, defineCommand } from "./program.ts";

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
    usage: "Wrong usage: an option, a variable, a token, or a missing confirmation. Nothing was tried, unless the server stops accepting the token during a run: see the last line.",
    pending: "Something is pending (`db:status`).",
    drift: "The database, a generated file or a document differs from the files, the plan is not the approved one, or a rehearsal, `db:doctor` or `docs:check` found something.",
    rejected:
        "Records were rejected and written to a file. The others are done, unless `--max-rejects` refused them all.",
    interrupted: "Interrupted by Ctrl-C.",
};

/** Reads the commands of package.json that run a file of scripts/. */
export async function readCommandScripts(root: string): Promise<{ name: string; path: string }[]> {
    const { scripts = {} } = ((await readJsonFile(root, "package.json")) ?? {}) as { scripts?: Record<string, string> };
    return Object.entries(scripts).flatMap(([name, line]) => {
        const path = /^node --import tsx (scripts\/[\w-]+\.ts)$/.exec(line)?.[1];
        return path === undefined ? [] : [{ name, path }];
    });
}

/**
 * Imports every script of package.json and reads its help from the exported definition.
 * @throws AppError `invalid-input` for a script that defines no such command
 */
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

/** Renders the parts of documents that show the commands. */
export function renderCommandParts(commands: readonly CommandHelp[]): Map<string, string> {
    const rows = commands.map(({ name, args, summary }) => [code(`${name} ${args}`.trim()), summary]);
    const options = commands
        .filter((command) => command.options.length > 0)
        .map(({ name, args, options: own }) => {
            const width = Math.max(...own.map(([flags]) => flags.length));
            const lines = own.map(([flags, text]) => `    ${flags.padEnd(width)}  ${text}`);
            return [`${name} ${args}`.trim(), ...lines].join("\n");
        });
    const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
    return new Map([
        ["commands", renderMarkdownTable(["Command", "What it does"], rows)],
        ["options", `\`\`\`text\n${options.join("\n\n")}\n\`\`\``],
        [
            "exit codes",
            renderMarkdownTable(
                ["Exit code", "Meaning"],
                names.map((name) => [String(exitCodes[name]), meanings[name]]),
            ),
        ],
    ]);
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
