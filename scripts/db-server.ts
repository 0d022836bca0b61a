import type { ServerOptions } from "../src/cli/commands/server.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ServerOptions> = {
    name: "db:server",
    summary: "Run a libSQL server (sqld) for development on this machine only, until Ctrl-C.",
    database: false,
    define: (command) =>
        command
            .option("--port <number>", "port on 127.0.0.1", parseCount, 8080)
            .option("--directory <path>", "folder for its data", ".sqld")
            .option("--auth", "require tokens, as Turso does, and write two into <directory>/tokens.env"),
    run: async (context, options) => (await import("../src/cli/commands/server.ts")).serve(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
