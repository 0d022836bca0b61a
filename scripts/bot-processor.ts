import type { BotOptions } from "../app/bots/worker-options.ts";
import { defineWorker } from "../app/bots/worker-options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<BotOptions> = {
    name: "bot:processor",
    summary: "Do the queued work on questions: correct, complete, flag and delete.",
    define: (command) => defineWorker(command, "do at most so many jobs"),
    run: async (context, options) =>
        (await import("../app/bots/processing/processor.ts")).processJobs(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
