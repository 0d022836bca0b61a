import { defineTests } from "../app/bots/options.ts";
import type { TestOptions } from "../app/bots/writing/tests.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<TestOptions> = {
    name: "bot:test",
    summary: "Write multiple-choice questions for the test of a channel.",
    define: (command) => defineTests(command).option("--channel <channel>", "the channel (required)"),
    run: async (context, options) =>
        (await import("../app/bots/writing/tests.ts")).writeTests(context, "test", "test", options),
};

if (isMain(import.meta.url)) await runCommand(command);
