import { type PushOptions, push } from "../src/cli/commands/push.ts";
import { defineDeploy } from "../src/cli/options.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<PushOptions>({
    name: "db:push",
    summary: "Deploy the schema alone: pending migrations, views and triggers.",
    define: defineDeploy,
    run: push,
});
