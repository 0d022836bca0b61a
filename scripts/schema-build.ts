import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<{ check?: boolean }> = {
    name: "schema:build",
    summary: "Generate TURSO_SCHEMA.sql, schema.d.ts and schema.js from the SQL files.",
    database: false,
    define: (command) => command.option("--check", "change nothing; exit code 4 when a file is stale"),
    run: async (context, options) =>
        (await import("../src/cli/commands/schema-build.ts")).writeSchemaFiles(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
