import { showStatus } from "../src/cli/commands/status.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand({
    name: "db:status",
    summary: "Show every migration, view and trigger, applied or not; exit code 3 when something is pending.",
    run: showStatus,
});
