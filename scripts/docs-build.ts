import { documentSite } from "../site/documents.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<{ check?: boolean }> = {
    name: "docs:build",
    summary: "Generate the pages of the tables, and the tables, diagrams and statements in the other documents.",
    database: false,
    define: (command) => command.option("--check", "change nothing; exit code 4 when a document is stale"),
    run: async (context, options) =>
        (await import("../src/cli/commands/docs-build.ts")).buildDocuments(context, options, documentSite),
};

if (isMain(import.meta.url)) await runCommand(command);
