import { runCommand } from "../src/cli.ts";
import { showStatus } from "../src/commands/status.ts";

await runCommand({
    name: "db:status",
    summary: "Show every migration, view and trigger, applied or not; exit code 3 when something is pending.",
    run: showStatus,
});
