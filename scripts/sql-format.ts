import { runCommand } from "../src/cli.ts";
import { type FormatOptions, formatSql } from "../src/commands/format.ts";

await runCommand<FormatOptions>({
    name: "sql:format",
    summary: "Format the views and the migrations that the database has not had yet; triggers are written by hand.",
    database: false,
    define: (command) =>
        command
            .argument("[files...]", "only these files")
            .usage("[options] [files...]")
            .option("--check", "change nothing; exit code 4 when a migration or view is not formatted"),
    run: formatSql,
});
