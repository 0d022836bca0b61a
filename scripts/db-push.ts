import { runCommand } from "../src/cli.ts";
import { defineDeploy } from "../src/commands/options.ts";
import { type PushOptions, push } from "../src/commands/push.ts";

await runCommand<PushOptions>({
    name: "db:push",
    summary: "Deploy the schema alone: pending migrations, views and triggers.",
    define: defineDeploy,
    run: push,
});
