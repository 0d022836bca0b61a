import { parseCount, runCommand } from "../src/cli.ts";
import { describePush, type PushOptions, pushSchema } from "../src/commands/push.ts";

await runCommand<PushOptions>({
    name: "db:push",
    summary: "Deploy the schema alone: pending migrations, views and triggers.",
    define: (command) =>
        command
            .option("--to <version>", "stop at this migration", parseCount)
            .option("--per-file", "one transaction for each file")
            .option("--set <name...>", "install optional migration sets too")
            .option("--dry-run", "print the plan and change nothing")
            .option("--show-sql", "print the script that would be sent, and change nothing")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: async (context, options) => {
        const startedAt = performance.now();
        const result = await pushSchema(context, options);
        result.connection.close();
        if (!options.showSql) context.output.line(describePush(result, startedAt));
        return undefined;
    },
});
