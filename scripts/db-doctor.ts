import { type DoctorOptions, examineHealth } from "../src/cli/commands/doctor.ts";
import { parseCount, runCommand } from "../src/cli/program.ts";

await runCommand<DoctorOptions>({
    name: "db:doctor",
    summary: "Examine schema and rows: what is broken, missing, stale or strange, with the query and the remedy.",
    define: (command) =>
        command
            .option("--check <name...>", "run only these checks")
            .option("--list", "say what the checks are, and open no database")
            .option("--quick", "leave out what looks at every page of the database")
            .option("--examples <count>", "show so many rows of each finding", parseCount)
            .option("--show-sql", "print the query of each finding on stdout, and all else on stderr"),
    run: examineHealth,
});
