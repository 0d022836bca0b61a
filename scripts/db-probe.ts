import type { ProbeOptions } from "../conformance/probe.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ProbeOptions> = {
    name: "db:probe",
    summary: "Test on an empty scratch database what this program assumes about a server.",
    define: (command) =>
        command
            .option("--dry-run", "list the assumptions and their reasons without a database")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../conformance/probe.ts")).probe(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
