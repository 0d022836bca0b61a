import { defineDeploy, type PushOptions } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<PushOptions> = {
    name: "db:push:schema",
    summary: "Like db:push, with checks before it, the plan object by object, and a verification after it.",
    define: defineDeploy,
    run: async (context, options) => (await import("../src/cli/commands/push-schema.ts")).pushSchema(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
