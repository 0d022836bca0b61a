import { bundled } from "../site/seeds.ts";
import type { MigrateOptions } from "../src/cli/commands/migrate.ts";
import { defineDeploy, defineLoad } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<MigrateOptions> = {
    name: "db:migrate",
    summary: "Bring a database up to date: migrations, views and triggers, then the default seeds.",
    define: (command) =>
        defineLoad(defineDeploy(command))
            .option("--schema-only", "do not load any data")
            .option("--data <names...>", "load these seeds in addition to the default ones; `all` for all"),
    run: async (context, options) =>
        (await import("../src/cli/commands/migrate.ts")).migrate(context, options, bundled),
};

if (isMain(import.meta.url)) await runCommand(command);
