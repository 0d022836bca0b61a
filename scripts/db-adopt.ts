import { Option } from "commander";
import { origins } from "../site/origins.ts";
import type { AdoptOptions } from "../src/cli/commands/adopt.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

const { historySource } = origins;

export const command: CommandDefinition<AdoptOptions> = {
    name: "db:adopt",
    summary: "Adopt an existing database: convert it to the schema of these files without losing a row.",
    define: (command) =>
        command
            .option("--check", "print what would be done and which rows would be refused, and change nothing")
            .option("--set <name...>", "also adopt the tables of these optional migration sets")
            .addOption(
                new Option(
                    "--history-source <source>",
                    "what history calls the source of a change that names no writer; asked for on a terminal, else system",
                )
                    .choices(historySource?.sources ?? [])
                    .hideHelp(historySource === undefined),
            )
            .option("--rejects <file>", "write refused rows to this file")
            .option("--max-rejects <count>", "change nothing if more rows would be refused", parseCount)
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../src/cli/commands/adopt.ts")).adopt(context, options, origins),
};

if (isMain(import.meta.url)) await runCommand(command);
