import type { DoctorOptions } from "../src/cli/commands/doctor.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<DoctorOptions> = {
    name: "db:doctor",
    summary: "Examine schema and rows: what is broken, missing, stale or strange, with the query and the remedy.",
    define: (command) =>
        command
            .option("--check <name...>", "run only these checks")
            .option("--list", "list the checks without a database")
            .option("--quick", "skip the checks that read every page of the database")
            .option("--examples <count>", "number of rows to show for each finding; default 3", parseCount)
            .option("--show-sql", "print the query of each finding on stdout, and everything else on stderr"),
    run: async (context, options) => (await import("../src/cli/commands/doctor.ts")).examineHealth(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
