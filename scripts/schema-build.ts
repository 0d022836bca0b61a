import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../src/cli.ts";
import { AppError } from "../src/errors.ts";
import { readAll } from "../src/migrations/deploy.ts";
import { buildSchemaFiles } from "../src/schema/build.ts";

await runCommand<{ check?: boolean }>({
    name: "schema:build",
    summary: "Write TURSO_SCHEMA.sql and schema.d.ts from the SQL files; --check only compares.",
    define: (command) => command.option("--check", "change nothing; fail when a file is stale"),
    run: async ({ root, output }, { check }) => {
        const { sets } = await readAll(root, undefined);
        const [core] = sets;
        const files = core ? await buildSchemaFiles(core) : [];
        for (const { path, text } of files) {
            const isCurrent = (await readFile(join(root, path), "utf8").catch(() => "")) === text;
            output.field(isCurrent ? "Current" : check ? "Stale" : "Wrote", path);
            if (isCurrent) continue;
            if (check)
                throw new AppError("drift", `${path} is stale`, { hint: "run `pnpm schema:build` and commit it" });
            await writeFile(join(root, path), text);
        }
        output.line(check ? "All generated files are current." : "TURSO_SCHEMA.sql and schema.d.ts are up to date.");
    },
});
