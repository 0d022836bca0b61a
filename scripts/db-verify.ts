import { showVerification, type VerifyOptions } from "../src/cli/commands/verify.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<VerifyOptions>({
    name: "db:verify",
    summary: "Compare every object of the database with the files; exit code 4 when they differ.",
    define: (command) =>
        command
            .option("--write-files", "write the migrations, views and triggers that lead to what the database holds")
            .option("--dry-run", "with --write-files: name the files, and write none"),
    run: showVerification,
});
