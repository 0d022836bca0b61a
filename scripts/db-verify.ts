import { runCommand } from "../src/cli.ts";
import { showVerification } from "../src/commands/verify.ts";

await runCommand({
    name: "db:verify",
    summary: "Compare every object of the database with the files; exit code 4 when they differ.",
    run: showVerification,
});
