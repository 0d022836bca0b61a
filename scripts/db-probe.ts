import type { ProbeOptions } from "../conformance/probe.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ProbeOptions> = {
    name: "db:probe",
    summary: "Try on an empty scratch database what this program takes for granted of a server, and print what holds.",
    define: (command) =>
        command
            .option("--dry-run", "list what would be tried, and why, and touch no database")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: async (context, options) => (await import("../conformance/probe.ts")).probe(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
