import type { ReconcileOptions } from "../app/bots/duplicates/reconcile.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ReconcileOptions> = {
    name: "bot:reconcile",
    summary: "Flag questions that ask the same as an older one.",
    define: (command) =>
        command
            .option("--limit <count>", "flag at most so many questions", parseCount)
            .option("--dry-run", "list what would be flagged, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) =>
        (await import("../app/bots/duplicates/reconcile.ts")).reconcileQuestions(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
