import type { ReconcileOptions } from "../app/bots/duplicates/reconcile.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ReconcileOptions> = {
    name: "bot:reconcile:dry",
    summary: "List questions that ask the same as an older one, and change nothing.",
    define: (command) => command.option("--limit <count>", "list at most so many questions", parseCount),
    run: async (context, options) =>
        (await import("../app/bots/duplicates/reconcile.ts")).reconcileQuestions(context, { ...options, dryRun: true }),
};

if (isMain(import.meta.url)) await runCommand(command);
