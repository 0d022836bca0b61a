import { runCommand } from "../src/cli.ts";
import { buildReadme } from "../src/commands/readme.ts";

await runCommand<{ check?: boolean }>({
    name: "readme:build",
    summary: "Fill README.md's tables of commands and exit codes from the commands themselves.",
    define: (command) => command.option("--check", "change nothing; exit code 4 when README.md is stale"),
    run: buildReadme,
});
