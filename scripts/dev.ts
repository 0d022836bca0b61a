import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { ServeOptions } from "../src/console/serve.ts";

export const command: CommandDefinition<ServeOptions> = {
    name: "dev",
    summary: "Show the database in the browser, on this machine only: its state, its rows, growth and health.",
    database: false,
    define: (command) => command.option("--port <number>", "port on this machine; default 5001", parseCount),
    run: async (context, options) => {
        const [{ serveConsole }, { consoleSite }] = await Promise.all([
            import("../src/console/serve.ts"),
            import("../site/screens.ts"),
        ]);
        return serveConsole(context, options, consoleSite);
    },
};

if (isMain(import.meta.url)) await runCommand(command);
