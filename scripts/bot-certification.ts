import { defineTests } from "../app/bots/options.ts";
import type { TestOptions } from "../app/bots/writing/tests.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<TestOptions> = {
    name: "bot:certification",
    summary: "Write multiple-choice questions for a certification, for the domain that lacks them most.",
    define: (command) => defineTests(command).option("--cert <id>", "the id of the certification (required)"),
    run: async (context, options) =>
        (await import("../app/bots/writing/tests.ts")).writeTests(context, "certification", "certification", options),
};

if (isMain(import.meta.url)) await runCommand(command);
