import { documentSite } from "../site/documents.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<{ online?: boolean }> = {
    name: "docs:check",
    summary:
        "Examine the documents: links, examples, diagrams, workflows, what is undocumented; exit code 4 for a finding.",
    database: false,
    define: (command) => command.option("--online", "also ask the addresses of other sites for their pages"),
    run: async (context, options) =>
        (await import("../src/cli/commands/docs-check.ts")).checkDocuments(context, options, documentSite),
};

if (isMain(import.meta.url)) await runCommand(command);
