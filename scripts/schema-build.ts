import { writeSchemaFiles } from "../src/cli/commands/schema-build.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<{ check?: boolean }>({
    name: "schema:build",
    summary: "Write TURSO_SCHEMA.sql and schema.d.ts from the SQL files; --check only compares.",
    database: false,
    define: (command) => command.option("--check", "change nothing; fail when a file is stale"),
    run: writeSchemaFiles,
});
