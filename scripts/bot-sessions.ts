import type { SessionsOptions } from "../app/bots/sessions/sessions.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<SessionsOptions> = {
    name: "bot:sessions",
    summary: "Arrange questions in voice interviews, and relate them to each other.",
    define: (command) =>
        command
            .option("--channel <channel>", "only the questions of this channel")
            .option("--limit <count>", "add or change at most so many sessions", parseCount)
            .option("--dry-run", "list what would be written; write nothing and ask no model")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) =>
        (await import("../app/bots/sessions/sessions.ts")).prepareSessions(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
