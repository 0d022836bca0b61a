import { readJobTitles } from "../app/job-titles.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<{ check?: boolean }> = {
    name: "readme:build",
    summary: "Generate the tables of commands, options and exit codes in docs/reference/commands.md.",
    database: false,
    define: (command) => command.option("--check", "change nothing; exit code 4 when a document is stale"),
    run: async (context, options) => {
        const titles = Object.entries(await readJobTitles());
        const jobTitles = {
            path: "seeds/README.md",
            part: "job titles",
            header: ["job title", "primary channels", "secondary channels", "keywords"],
            rows: titles.map(([title, { primary, secondary, keywords }]) => [
                `\`${title}\``,
                ...[primary, secondary, keywords].map((words) => words.join(", ")),
            ]),
        };
        await (await import("../src/cli/commands/readme-build.ts")).buildReadme(context, options, [jobTitles]);
    },
};

if (isMain(import.meta.url)) await runCommand(command);
