import { runCommand } from "../src/cli.ts";
import { type MigrateOptions, migrate } from "../src/commands/migrate.ts";
import { defineDeploy } from "../src/commands/options.ts";

await runCommand<MigrateOptions>({
    name: "db:migrate",
    summary: "Bring a database up to date: migrations, views and triggers, then the questions.",
    define: (command) =>
        defineDeploy(command)
            .option("--schema-only", "load nothing")
            .option("--from <path>", "load this export, a file or a folder, instead of the bundled questions")
            .option("--seed", "load the bundled questions also where they are not expected")
            .option("--force", "update rows also when the record is not known to be newer")
            .option("--rejects <file>", "where records that cannot be loaded go"),
    run: (context, options) =>
        migrate(context, options, {
            folder: "seeds/data",
            table: "questions",
            loaders: async () => (await import("../seeds/index.ts")).loaders,
        }),
});
