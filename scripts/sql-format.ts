import { type FormatOptions, formatSql } from "../src/cli/commands/sql-format.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<FormatOptions>({
    name: "sql:format",
    summary: "Format all SQL but triggers, which are written by hand, and migrations that the database has had.",
    database: false,
    define: (command) =>
        command
            .argument("[files...]", "only these files")
            .usage("[options] [files...]")
            .option("--check", "change nothing; exit code 4 when a file is not formatted"),
    run: formatSql,
});
