import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readMappings, readQuestions } from "../seeds/bundled.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { makeQuestion } from "./records.ts";

const { questions } = readQuestions();
const mappings = readMappings();
const legacy = fileURLToPath(new URL("../../../shared/data/open-interview/legacy", import.meta.url));
const hasLegacy = existsSync(legacy);

async function countContent({ client }: TestDatabase): Promise<unknown[]> {
    const tables = ["questions", "channel_mappings", "question_history"];
    return Promise.all(tables.map((table) => readValue(client, `SELECT count(*) FROM ${table}`)));
}

describeTargets("db:migrate on a fresh database", (target) => {
    test("ends with the schema and the questions, and a line that says so; the second run has nothing to do", async () => {
        const root = copyProject({ seeds: true });
        const database = await target.createDatabase();
        const proxy = target.name === "sqld" ? await startProxy(database.url) : undefined;
        const settings = { root, url: proxy?.url ?? database.url };

        const first = await migrateHere(settings);
        expect(first.code).toBe(0);
        expect(first.stdout.trimEnd().split("\n").at(-1)).toMatch(
            new RegExp(
                `^Applied 12 migrations\\. Loaded ${questions.length} questions, ${mappings.length} channel-mappings\\. ` +
                    "The database is at version 12: 12 tables, \\d+ indexes, \\d+ views, \\d+ triggers\\. [\\d,]+ ms",
            ),
        );
        expect(await countContent(database)).toEqual([questions.length, mappings.length, questions.length]);
        expect(await readRows(database.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        const events = "SELECT DISTINCT event_type, event_source, source_name FROM question_history";
        expect(await readRows(database.client, events)).toEqual([
            { event_type: "created", event_source: "import", source_name: "questions" },
        ]);

        const before = await hashContents(database.client);
        const bytes = target.name === "file:" ? readFileSync(fileURLToPath(toUrl(database.url))) : undefined;
        const requests = proxy?.requests ?? 0;
        const second = await migrateHere(settings);
        expect([second.code, second.stderr]).toEqual([0, ""]);
        expect(second.stdout).toMatch(
            /^Database: .*\nNothing to do\. The database is at version 12: 12 tables, .* triggers\. [\d,]+ ms(, 1 request, [\d,]+ rows read, 0 written)?\.\n$/,
        );
        expect(await hashContents(database.client)).toBe(before);
        if (proxy) expect(proxy.requests - requests).toBe(1);
        if (bytes) expect(readFileSync(fileURLToPath(toUrl(database.url))).equals(bytes)).toBe(true);
        await proxy?.close();
        tell(
            `${target.name}: the first run took ${requests} requests, the second ${proxy ? 1 : 0}, and it wrote nothing`,
        );
    });

    test.skipIf(!hasLegacy)(
        `loads the export that exists, 283 questions and 635 mappings, and a second run writes nothing${hasLegacy ? "" : " (it is not here)"}`,
        async () => {
            const database = await target.createDatabase();
            const settings = { root: copyProject(), url: database.url };
            const first = await migrateHere(settings, { from: legacy });
            expect([first.code, first.stderr]).toEqual([0, ""]);
            expect(first.stdout).toContain("\nApplied 12 migrations. Loaded 283 questions, 635 channel-mappings. ");
            expect(await countContent(database)).toEqual([283, 635, 283]);
            // The first mapping in file order is a question's own channel.
            const own = `SELECT count(*) FROM questions WHERE NOT EXISTS (
                SELECT 1 FROM channel_mappings AS m JOIN questions AS q ON q.id = m.question_id
                WHERE q.id = questions.id AND m.channel_id = q.channel AND m.sub_channel = q.sub_channel
                AND m.id = (SELECT min(id) FROM channel_mappings WHERE question_id = q.id))`;
            expect(await readValue(database.client, own)).toBe(0);
            const before = await hashContents(database.client);
            const second = await migrateHere(settings, { from: legacy });
            expect(second.code).toBe(0);
            expect(second.stdout).toMatch(
                /\nUnchanged: neither .* nor its tables changed since the load of .*\nUnchanged: questions: 283 read, 283 unchanged\nUnchanged: channel-mappings: 635 read, 635 unchanged\nNothing to do\. /,
            );
            expect(await hashContents(database.client)).toBe(before);
            tell(`${target.name}: 283 questions and 635 mappings; nothing written by the second run`);
        },
    );
});

describeTargets("the bundled seed", (target) => {
    const settingsOf = ({ url }: TestDatabase, root: string) => ({ root, url });

    test("stays out of a local database with content of its own, which is said, until --seed asks for it", async () => {
        const root = copyProject({ seeds: true });
        const database = await createDeployedDatabase(target);
        await database.client.execute(
            `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('own-1', 'Ours?', 'Ours.', 'It is ours.', 'beginner', 'linux', '')`,
        );
        const before = await hashContents(database.client);
        const skipped = await migrateHere(settingsOf(database, root));
        expect([skipped.code, skipped.stderr]).toEqual([
            0,
            "The bundled seeds were not loaded: the database has other content. --seed loads them anyway.\n",
        ]);
        expect(skipped.stdout).toContain("\nNothing to do. ");
        expect(await hashContents(database.client)).toBe(before);

        const asked = await migrateHere(settingsOf(database, root), { seed: true });
        expect([asked.code, asked.stderr]).toEqual([0, ""]);
        expect(await countContent(database)).toEqual([questions.length + 1, mappings.length, questions.length + 1]);
        const after = await hashContents(database.client);
        expect((await migrateHere(settingsOf(database, root))).stderr).toBe("");
        expect(await hashContents(database.client)).toBe(after);
    });

    test("follows its files in a database that has had it, and leaves what was changed there since", async () => {
        const root = copyProject({ seeds: true });
        const database = await target.createDatabase();
        expect((await migrateHere(settingsOf(database, root))).code).toBe(0);
        const file = "seeds/data/questions/linux.json";
        const [first, second, ...others] = JSON.parse(readFileSync(path.join(root, file), "utf8"));
        await database.client.execute({ sql: "UPDATE questions SET answer = 'Mine.' WHERE id = ?", args: [second.id] });
        const lastUpdated = "2027-01-01T00:00:00.000Z";
        const changed = [
            { ...first, answer: "Better than before, and longer as well.", lastUpdated },
            { ...second, lastUpdated: "2020-01-01T00:00:00.000Z" },
            ...others,
            makeQuestion("linux-new"),
        ];
        changeProject(root, { [file]: JSON.stringify(changed) });
        const { code, stdout, stderr } = await migrateHere(settingsOf(database, root));
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toContain(
            `questions: ${questions.length + 1} read, 1 created, 1 updated, ${questions.length - 2} unchanged, 1 older`,
        );
        expect(stdout).toContain("\nLoaded 2 questions, 1 channel-mapping. The database is at version 12: ");
        expect(await readRows(database.client, `SELECT answer FROM questions WHERE id = '${second.id}'`)).toEqual([
            { answer: "Mine." },
        ]);
    });

    test("is not loaded by --schema-only nor with --to", async () => {
        const root = copyProject({ seeds: true });
        const database = await target.createDatabase();
        expect((await migrateHere(settingsOf(database, root), { to: 3 })).stderr).toBe(
            "With --to, nothing is loaded.\n",
        );
        expect((await migrateHere(settingsOf(database, root), { schemaOnly: true })).code).toBe(0);
        expect(await countContent(database)).toEqual([0, 0, 0]);
        expect((await migrateHere(settingsOf(database, root))).stdout).toContain("\nLoaded ");
    });
});

function toUrl(url: string): string {
    return url.startsWith("file:///") ? url : `file://${url.slice("file:".length)}`;
}
