import { defineQuestions } from "../app/bots/options.ts";
import type { UnifiedOptions } from "../app/bots/writing/unified.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<UnifiedOptions> = {
    name: "bot:unified",
    summary: "Write questions, challenges, certification questions, tests or voice sessions, by --type.",
    define: (command) =>
        defineQuestions(command)
            .option("--type <type>", "question (otherwise), challenge, certification, test or voice")
            .option("--category <category>", "for --type=challenge")
            .option("--cert <id>", "for --type=certification")
            .option("--out <file>", "for --type=challenge, certification and test: append to this file instead"),
    run: async (context, options) => (await import("../app/bots/writing/unified.ts")).writeUnified(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
