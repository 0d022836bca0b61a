import type { ExplainOptions } from "../src/cli/commands/explain.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ExplainOptions> = {
    name: "db:explain",
    summary: "Show how a statement or a documented query is executed: plan, indexes, rows read and time.",
    define: (command) =>
        command
            .argument("[statement]", "one SQL statement in quotes, or the name of a documented query")
            .usage('[options] <query | "SQL">')
            .option("--list", "list the documented queries")
            .option("--param <name=value>", "set a parameter; can be repeated", collect, [])
            .option("--volumes", "use a scratch database with the documented volumes instead of the configured one")
            .option("--plan-only", "show the plan without running the statement")
            .option("--runs <count>", "number of runs to measure the time; default 5", parseCount),
    run: async (context, options) => (await import("../src/cli/commands/explain.ts")).explain(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);

function collect(value: string, before: readonly string[]): readonly string[] {
    return [...before, value];
}
