import { bundled } from "../seeds/bundled.ts";
import { type MigrateOptions, migrate } from "../src/cli/commands/migrate.ts";
import { defineDeploy, defineLoad } from "../src/cli/options.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<MigrateOptions>({
    name: "db:migrate",
    summary: "Bring a database up to date: migrations, views and triggers, then the questions.",
    define: (command) =>
        defineLoad(defineDeploy(command))
            .option("--schema-only", "load nothing")
            .option("--data <names...>", "load these seeds beside the questions, or all"),
    run: (context, options) => migrate(context, options, bundled),
});
