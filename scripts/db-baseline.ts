import type { BaselineOptions } from "../src/cli/commands/baseline.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<BaselineOptions> = {
    name: "db:baseline",
    summary: "Record migrations as applied without running them, if tables and indexes equal the files.",
    define: (command) =>
        command
            .option("--to <version>", "stop after this migration", parseCount)
            .option("--dry-run", "compare and print the plan, and change nothing")
            .option("--show-sql", "print the script that would be sent, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../src/cli/commands/baseline.ts")).baseline(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
