import type { ExplainOptions } from "../src/cli/commands/explain.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ExplainOptions> = {
    name: "db:explain",
    summary: "Show how a statement, or a documented query, is carried out: plan, indexes, rows read and time.",
    define: (command) =>
        command
            .argument("[statement]", "one SQL statement in quotes, or the name of a documented query")
            .usage('[options] <query | "SQL">')
            .option("--list", "list the documented queries")
            .option("--param <name=value>", "the value of a parameter; once for each", collect, [])
            .option("--volumes", "ask a scratch database with the documented volumes, not the configured one")
            .option("--plan-only", "show the plan, and run nothing")
            .option("--runs <count>", "how often it runs to measure the time; 5 times otherwise", parseCount),
    run: async (context, options) => (await import("../src/cli/commands/explain.ts")).explain(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);

function collect(value: string, before: readonly string[]): readonly string[] {
    return [...before, value];
}
