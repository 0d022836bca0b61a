import type { FormatOptions } from "../src/cli/commands/sql-format.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<FormatOptions> = {
    name: "sql:format",
    summary: "Format all SQL except triggers, which are formatted by hand, and applied migrations.",
    database: false,
    define: (command) =>
        command
            .argument("[files...]", "format only these files")
            .option("--check", "change nothing; exit code 4 when a file is not formatted"),
    run: async (context, options) => (await import("../src/cli/commands/sql-format.ts")).formatSql(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
