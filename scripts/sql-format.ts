import type { FormatOptions } from "../src/cli/commands/sql-format.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<FormatOptions> = {
    name: "sql:format",
    summary: "Format all SQL but triggers, which are written by hand, and migrations that the database has had.",
    database: false,
    define: (command) =>
        command
            .argument("[files...]", "only these files")
            .usage("[options] [files...]")
            .option("--check", "change nothing; exit code 4 when a file is not formatted"),
    run: async (context, options) => (await import("../src/cli/commands/sql-format.ts")).formatSql(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
