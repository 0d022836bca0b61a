import { type MaintainOptions, maintain } from "../src/cli/commands/maintain.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<MaintainOptions>({
    name: "db:maintain",
    summary:
        "Carry out the rules of operations/maintenance/: old queue items and runs go, sessions are abandoned, counts are set right.",
    define: (command) =>
        command
            .argument("[rules...]", "only these rules")
            .usage("[options] [rules...]")
            .option("--dry-run", "count what the rules would take, and change nothing")
            .option("--show-sql", "print the statements, and change nothing")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: (context, options) => maintain(context, options),
});
