import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { readContents, withoutColumns, withoutOrder } from "../support/contents.ts";
import { runHere, runScript } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";
import { listWays, schemaFile } from "./loaders.ts";

describe("schema:build", () => {
    test("writes the committed files, finds them current, and with --check fails on a stale one", async () => {
        const root = copyProject();
        const read = (name: string): string => readFileSync(path.join(root, name), "utf8");
        const built = await runScript("schema:build", [], { cwd: root });
        expect([built.code, built.stdout]).toEqual([
            0,
            "Wrote:    TURSO_SCHEMA.sql\nWrote:    schema.d.ts\nWrote:    schema.js\nAll generated files were brought up to date.\n",
        ]);
        expect(read("TURSO_SCHEMA.sql")).toBe(schemaFile);
        for (const name of ["schema.d.ts", "schema.js"]) {
            expect(read(name)).toBe(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
        }
        const checked = await runScript("schema:build", ["--check"], { cwd: root });
        expect([checked.code, checked.stdout]).toEqual([
            0,
            expect.stringContaining("All generated files are current."),
        ]);

        const view = "views/v_active_sessions.sql";
        changeProject(root, { [view]: read(view).replace("/*", "/* Another comment.") });
        const stale = await runScript("schema:build", ["--check"], { cwd: root });
        expect(stale.code).toBe(4);
        const lines = schemaFile.split("\n");
        const line = lines.indexOf("CREATE VIEW v_active_sessions AS") + 2;
        expect(stale.stderr).toBe(
            "error: TURSO_SCHEMA.sql is stale\n\n" +
                `TURSO_SCHEMA.sql:${line}: view v_active_sessions: '${lines[line - 1]}' should be '/* Another comment.${lines[line - 1]?.slice(2)}'\n` +
                "\nhint: run `pnpm schema:build` and commit the files\n",
        );
        expect(read("TURSO_SCHEMA.sql")).toBe(schemaFile);

        const wrong = "migrations/900.do.add-oops.sql";
        changeProject(root, { [wrong]: "-- Adds.\nCREATE TABLE oops (id INTEGER PRIMARY KEY) STRICT;\n" });
        const lacking = await runScript("schema:build", ["--check"], { cwd: root });
        expect(lacking.stderr).toContain(
            "\nTURSO_SCHEMA.sql lacks the table oops\nschema.d.ts lacks the interface Oop\n",
        );

        changeProject(root, {
            [wrong]: "-- Adds.\nCREATE TABLE oops (id INTEGER PRIMARY KEY,\n    a TEXT NOT NUL) STRICT;\n",
        });
        const failed = await runScript("schema:build", [], { cwd: root });
        expect(failed.stderr).toBe(
            `error: ${wrong}:3: near "NUL": syntax error\n\nhint: correct ${wrong}, then run the command again\n`,
        );
        expect(read("TURSO_SCHEMA.sql")).toBe(schemaFile);
    });
});

describeTargets("the script that --show-sql prints", (target) => {
    const root = copyProject();

    test.each(listWays(target.name))("leaves what db:push leaves, run by hand by $name", async ({ run }) => {
        const [shown, pushed] = [await target.createDatabase(), await target.createDatabase()];
        const printed = await runHere((context) => push(context, { showSql: true }), { root, url: shown.url });
        expect(printed.code).toBe(0);
        expect((await readContents(shown.client)).sqlite_schema).toEqual([]);
        expect(await run(shown, printed.stdout.replace(/^Database: .*\n/, ""))).toEqual([]);

        expect((await runHere((context) => push(context, {}), { root, url: pushed.url })).code).toBe(0);
        const [byHand, byPush] = [await readContents(shown.client), await readContents(pushed.client)];
        expect(withoutOrder(withoutColumns(byHand, "run_at"))).toEqual(withoutOrder(withoutColumns(byPush, "run_at")));
    });
});
