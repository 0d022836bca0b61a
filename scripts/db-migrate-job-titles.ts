import { type JobTitleOptions, migrateJobTitles } from "../app/migrate-job-titles.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<JobTitleOptions>({
    name: "db:migrate:job-titles",
    summary: "Fill the relevance for each job title and the levels of experience where they are empty.",
    define: (command) =>
        command
            .option("--force", "compute them anew everywhere")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: migrateJobTitles,
});
