import { defineChallenges } from "../app/bots/options.ts";
import type { ChallengeOptions } from "../app/bots/writing/challenges.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ChallengeOptions> = {
    name: "bot:challenge",
    summary: "Write coding challenges whose solutions were executed.",
    define: defineChallenges,
    run: async (context, options) =>
        (await import("../app/bots/writing/challenges.ts")).writeChallenges(context, "challenge", options),
};

if (isMain(import.meta.url)) await runCommand(command);
