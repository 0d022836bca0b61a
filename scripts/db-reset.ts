import { reset } from "../src/cli/commands/reset.ts";
import { runCommand } from "../src/cli/program.ts";
import type { RunOptions } from "../src/cli/run-prepared.ts";

await runCommand<RunOptions>({
    name: "db:reset",
    summary: "Drop everything in a local database and deploy the schema anew (file: and loopback only).",
    define: (command) => command.option("-y, --yes", "do not ask"),
    run: reset,
});
