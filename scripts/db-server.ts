import { type ServerOptions, serve } from "../src/cli/commands/server.ts";
import { parseCount, runCommand } from "../src/cli/program.ts";

await runCommand<ServerOptions>({
    name: "db:server",
    summary: "Run a libSQL server (sqld) for development on this machine only, until Ctrl-C.",
    database: false,
    define: (command) =>
        command
            .option("--port <number>", "where it listens on 127.0.0.1", parseCount, 8080)
            .option("--directory <path>", "where its data are kept", ".sqld")
            .option("--auth", "ask for tokens as Turso does, and write two into <directory>/tokens.env"),
    run: serve,
});
