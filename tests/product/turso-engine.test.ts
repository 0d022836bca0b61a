import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { splitStatements } from "../../src/sql/statements.ts";
import { schemaFile } from "../generated/loaders.ts";
import { root } from "../support/deployed.ts";
import { makeFolder } from "../support/project.ts";

/** What of the engine's client is used here. */
interface Engine {
    exec(sql: string): Promise<void>;
    prepare(sql: string): { all(): Promise<Record<string, unknown>[]> };
    close(): Promise<void>;
}

type Connect = (file: string) => Promise<Engine>;

// 93 MB, so it comes with the checkers, which docs:check installs.
const connect = await (async (): Promise<Connect | undefined> => {
    try {
        const found = createRequire(path.join(root, "checkers/package.json")).resolve("@tursodatabase/database");
        return ((await import(pathToFileURL(found).href)) as { connect: Connect }).connect;
    } catch {
        return undefined;
    }
})();

/** Runs statement by statement, as a shell that goes on after errors. */
async function runEach(engine: Engine, script: string): Promise<string[]> {
    const errors: string[] = [];
    for (const { sql } of splitStatements(script)) {
        await engine.exec(sql).catch((error: unknown) => errors.push(String(error)));
    }
    return errors;
}

async function readAll(engine: Engine): Promise<unknown> {
    const schema = await engine.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
    const tables = schema.filter(({ type }) => type === "table").map(({ name }) => name);
    const rows = await Promise.all(tables.map((name) => engine.prepare(`SELECT * FROM "${name}"`).all()));
    return { schema, rows };
}

describe.skipIf(connect === undefined)(
    `on the new Turso engine${connect ? "" : " (not installed)"}, TURSO_SCHEMA.sql`,
    () => {
        const open = async (): Promise<{ engine: Engine; file: string }> => {
            const file = path.join(makeFolder(), "new.db");
            return { file, engine: await (connect as Connect)(file) };
        };

        test("makes every object, whose views answer and whose triggers fire, and is refused the second time", async () => {
            const { engine, file } = await open();
            await engine.exec(schemaFile);
            const names = (await engine.prepare("SELECT name FROM sqlite_schema").all()).map(({ name }) => name);
            const wanted = [
                ...schemaFile.matchAll(/^CREATE (?:UNIQUE )?(?:TABLE|INDEX|VIEW|TRIGGER) (?!turso_|IF )(\w+)/gm),
            ];
            expect(wanted.length).toBeGreaterThan(50);
            expect(names).toEqual(expect.arrayContaining(wanted.map(([, name]) => name)));
            expect(names).not.toContain("turso_schema_guard");
            const [versions] = await engine.prepare("SELECT max(version) AS latest FROM schemaversion").all();
            expect(versions).toEqual({ latest: 12 });

            await engine.exec(`INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'What?', 'This.', 'Because.', 'beginner', 'linux', 'files')`);
            await engine.exec("UPDATE questions SET answer = 'That.' WHERE id = 'q-1'");
            const events = await engine.prepare("SELECT event_type FROM question_history ORDER BY id").all();
            expect(events.map(({ event_type }) => event_type)).toEqual(["created", "updated"]);
            expect(await engine.prepare("SELECT id FROM v_active_questions").all()).toEqual([{ id: "q-1" }]);
            for (const name of names.filter((name) => String(name).startsWith("v_")))
                expect(await engine.prepare(`SELECT * FROM ${name}`).all(), String(name)).toEqual(expect.any(Array));
            const wrong = engine.exec("UPDATE questions SET status = 'gone' WHERE id = 'q-1'");
            await expect(wrong).rejects.toThrow("questions_status_is_known");

            const before = await readAll(engine);
            const errors = await runEach(engine, schemaFile);
            expect(errors.join("\n")).toContain("the_database_was_not_empty_so_nothing_was_changed");
            expect(await readAll(engine)).toEqual(before);
            // As one script it stops at the first error, inside its transaction.
            await expect(engine.exec(schemaFile)).rejects.toThrow("table users already exists");
            await engine.close();
            const again = await (connect as Connect)(file);
            expect(await readAll(again)).toEqual(before);
            await again.close();
        });

        test("changes nothing in a database with one table of another schema", async () => {
            const { engine } = await open();
            await engine.exec("CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('kept');");
            const before = await readAll(engine);
            const errors = await runEach(engine, schemaFile);
            expect(errors.join("\n")).toContain("the_database_was_not_empty_so_nothing_was_changed");
            expect(await readAll(engine)).toEqual(before);
            await engine.close();
        });
    },
);
