import { type ProbeOptions, probe } from "../conformance/probe.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<ProbeOptions>({
    name: "db:probe",
    summary: "Try on an empty scratch database what this program takes for granted of a server, and print what holds.",
    define: (command) =>
        command
            .option("--dry-run", "list what would be tried, and why, and touch no database")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: probe,
});
