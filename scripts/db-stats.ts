import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "db:stats",
    summary: "Show rows, bytes, JSON sizes, the growth per week, the queue, the bots, and indexes that nothing uses.",
    run: async (context) => (await import("../src/cli/commands/stats.ts")).showStatistics(context),
};

if (isMain(import.meta.url)) await runCommand(command);
