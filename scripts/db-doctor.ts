import type { DoctorOptions } from "../src/cli/commands/doctor.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<DoctorOptions> = {
    name: "db:doctor",
    summary: "Examine schema and rows: what is broken, missing, stale or strange, with the query and the remedy.",
    define: (command) =>
        command
            .option("--check <name...>", "run only these checks")
            .option("--list", "say what the checks are, and open no database")
            .option("--quick", "leave out what looks at every page of the database")
            .option("--examples <count>", "show so many rows of each finding", parseCount)
            .option("--show-sql", "print the query of each finding on stdout, and all else on stderr"),
    run: async (context, options) => (await import("../src/cli/commands/doctor.ts")).examineHealth(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
