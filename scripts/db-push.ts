import { defineDeploy, type PushOptions } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<PushOptions> = {
    name: "db:push",
    summary: "Deploy the schema without data: pending migrations, views and triggers.",
    define: defineDeploy,
    run: async (context, options) => (await import("../src/cli/commands/push.ts")).push(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
