import { exportForms } from "../site/exports.ts";
import { bundled } from "../site/seeds.ts";
import type { ExportOptions } from "../src/cli/commands/export.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ExportOptions> = {
    name: "db:export",
    summary: "Export every table, or the named ones, into a folder in the formats that --from loads.",
    define: (command) =>
        command
            .argument("<folder>", "folder for the files")
            .argument("[names...]", "loaders whose tables to export, or `all`; personal data only if named")
            .option("--force", "write into a folder that is not empty"),
    run: async (context, options) =>
        (await import("../src/cli/commands/export.ts")).exportTables(context, options, bundled, exportForms),
};

if (isMain(import.meta.url)) await runCommand(command);
