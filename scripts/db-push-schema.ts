import type { PushOptions } from "../src/cli/commands/push.ts";
import { pushSchema } from "../src/cli/commands/push-schema.ts";
import { defineDeploy } from "../src/cli/options.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<PushOptions>({
    name: "db:push:schema",
    summary: "db:push with every check before it, the plan object by object, and a verification after it.",
    define: defineDeploy,
    run: pushSchema,
});
