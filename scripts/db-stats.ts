import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "db:stats",
    summary:
        "Show rows, bytes, JSON sizes, growth per week, unused indexes, and the figures of operations/statistics/.",
    run: async (context) => (await import("../src/cli/commands/stats.ts")).showStatistics(context),
};

if (isMain(import.meta.url)) await runCommand(command);
