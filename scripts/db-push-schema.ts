import { runCommand } from "../src/cli.ts";
import { defineDeploy } from "../src/commands/options.ts";
import type { PushOptions } from "../src/commands/push.ts";
import { pushSchema } from "../src/commands/push-schema.ts";

await runCommand<PushOptions>({
    name: "db:push:schema",
    summary: "db:push with every check before it, the plan object by object, and a verification after it.",
    define: defineDeploy,
    run: pushSchema,
});
