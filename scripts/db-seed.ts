import { bundled } from "../seeds/bundled.ts";
import type { MigrateOptions } from "../src/cli/commands/migrate.ts";
import { defineLoad } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<MigrateOptions> = {
    name: "db:seed",
    summary: "Load every seed, or the named ones, or an export, into an up-to-date database.",
    define: (command) =>
        defineLoad(command)
            .argument("[names...]", "names of seeds")
            .option("--dry-run", "validate and compare everything, and write nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => {
        // With --from, a name is refused like --data.
        const data = context.args.length > 0 ? context.args : options.from === undefined ? ["all"] : undefined;
        const { migrate } = await import("../src/cli/commands/migrate.ts");
        return migrate(context, data ? { ...options, data } : options, bundled);
    },
};

if (isMain(import.meta.url)) await runCommand(command);
