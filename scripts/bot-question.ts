import { defineQuestions } from "../app/bots/options.ts";
import type { QuestionOptions } from "../app/bots/writing/questions.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<QuestionOptions & { readonly limit?: number }> = {
    name: "bot:question",
    summary: "Write questions for a channel.",
    define: (command) => defineQuestions(command).option("--limit <number>", "the same as --count", parseCount),
    run: async (context, options) => {
        const { readQuestionInput } = await import("../app/bots/writing/input.ts");
        const { writeQuestions } = await import("../app/bots/writing/questions.ts");
        return writeQuestions(context, "question", readQuestionInput(options));
    },
};

if (isMain(import.meta.url)) await runCommand(command);
