import { bundled } from "../site/seeds.ts";
import type { MigrateOptions } from "../src/cli/commands/migrate.ts";
import { defineLoad } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";
import { AppError } from "../src/errors.ts";

export const command: CommandDefinition<MigrateOptions> = {
    name: "db:seed",
    summary: "Load every seed, or the named ones, or an export, into an up-to-date database.",
    define: (command) =>
        defineLoad(command)
            .argument("[names...]", "names of seeds")
            .option("--dry-run", "validate and compare everything, and write nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => {
        const { args } = context;
        if (args.length > 0 && options.from !== undefined) {
            const hint = "--from loads a whole export; name seeds without it";
            throw new AppError("usage", "--from cannot be combined with names of seeds", { hint });
        }
        const data = options.from === undefined ? { data: args.length > 0 ? args : ["all"] } : {};
        const { migrate } = await import("../src/cli/commands/migrate.ts");
        return migrate(context, { ...options, ...data }, bundled);
    },
};

if (isMain(import.meta.url)) await runCommand(command);
