import { type ExportOptions, exportTables } from "../app/export.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<ExportOptions>({
    name: "db:export",
    summary: "Write every table, or the named ones, into a folder in the shapes that --from loads.",
    define: (command) =>
        command
            .argument("<folder>", "where the files go")
            .argument("[names...]", "what to export, such as questions; users and user-sessions only when named")
            .option("--force", "write into a folder that is not empty"),
    run: exportTables,
});
