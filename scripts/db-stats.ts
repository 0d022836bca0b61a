import { showStatistics } from "../src/cli/commands/stats.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand({
    name: "db:stats",
    summary: "Show rows, bytes, JSON sizes, the growth per week, the queue, the bots, and indexes that nothing uses.",
    run: (context) => showStatistics(context),
});
