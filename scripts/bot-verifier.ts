import type { VerifierOptions } from "../app/bots/verifying/verifier.ts";
import { defineWorker } from "../app/bots/worker-options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<VerifierOptions> = {
    name: "bot:verifier",
    summary: "Verify questions: those that are queued, then those that have not been verified for a week.",
    define: (command) =>
        defineWorker(
            command.option("--channel <channel>", "besides the queue, verify only questions of this channel"),
            "work on at most so many questions (100 otherwise)",
        ),
    run: async (context, options) =>
        (await import("../app/bots/verifying/verifier.ts")).verifyQuestions(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
