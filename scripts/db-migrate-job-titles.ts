import type { JobTitleOptions } from "../app/migrate-job-titles.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<JobTitleOptions> = {
    name: "db:migrate:job-titles",
    summary: "Compute the relevance for each job title and the levels of experience where they are empty.",
    define: (command) =>
        command
            .option("--force", "compute them for every question")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../app/migrate-job-titles.ts")).migrateJobTitles(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
