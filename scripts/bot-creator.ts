import { defineQuestions } from "../app/bots/options.ts";
import type { QuestionOptions } from "../app/bots/writing/questions.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<QuestionOptions> = {
    name: "bot:creator",
    summary: "Write questions for the channels that have the fewest.",
    define: defineQuestions,
    run: async (context, options) =>
        (await import("../app/bots/writing/questions.ts")).writeQuestions(context, "creator", options),
};

if (isMain(import.meta.url)) await runCommand(command);
