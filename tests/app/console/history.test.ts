import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { decode, openCountedConsole } from "./consoles.ts";

const sample = fileURLToPath(new URL("../../../../shared/data/open-interview", import.meta.url));
const hasSample = existsSync(sample);
const testSample = hasSample ? test : test.skip;
const note = hasSample ? "" : " (the real export is not here)";

type Snapshot = Record<string, string | number | null>;

/** The older and newer texts of questions in the export; where it has one only, those of the next question. */
function readPairs(count: number): [Snapshot, Snapshot][] {
    const { questions } = JSON.parse(readFileSync(path.join(sample, "legacy/all-questions.json"), "utf8")) as {
        questions: Record<string, Record<string, unknown>>;
    };
    const all = Object.values(questions);
    const toSnapshot = (question: Record<string, unknown> = {}): Snapshot => ({
        answer: String(question.answer ?? ""),
        explanation: String(question.explanation ?? ""),
        tags: JSON.stringify(question.tags ?? []),
        eli5: question.eli5 === undefined || question.eli5 === null ? null : String(question.eli5),
        difficulty: String(question.difficulty),
    });
    return Array.from({ length: count }, (_, at): [Snapshot, Snapshot] => {
        const before = toSnapshot(all[at]);
        // Every other event is an edit; the rest replaces the texts.
        if (at % 2) return [before, toSnapshot(all[at + 1])];
        const edit = (text: unknown): string =>
            String(text)
                .replace(/\b(\w*[aeiou])s\b/g, "$1")
                .replaceAll("\n\n", "\n");
        return [before, { ...before, answer: edit(before.answer), explanation: edit(before.explanation) }];
    });
}

/** As a reader sees a stored value. */
function toShown(value: string | number | null | undefined): string {
    if (value === null || value === undefined) return "NULL";
    if (value === "") return "empty";
    const text = String(value);
    if (!text.startsWith("[")) return text;
    const list = JSON.parse(text) as unknown[];
    const isPlain = list.length > 0 && list.every((item) => typeof item === "string" && !/[,\n]|^\s|\s$|^$/.test(item));
    return isPlain ? list.join(", ") : text;
}

/** The text of a field without the parts of one side. */
function readSide(html: string, other: "ins" | "del"): string {
    const own = html
        .replace(/<summary>[\s\S]*?<\/summary>/g, "")
        .replace(/<span class="tag">\w+<\/span>/g, "")
        .replace(new RegExp(`<${other}>[\\s\\S]*?</${other}>`, "g"), "");
    // A space stands between two short values.
    return decode(own.replace(/<[^>]+>/g, ""));
}

describeTargets("the history of a question", (target) => {
    testSample(`shows of 100 events with texts of the real export what is stored${note}`, async () => {
        const database = await createDeployedDatabase(target);
        const pairs = readPairs(100);
        const insert = `INSERT INTO question_history
            (question_id, event_type, event_source, changed_fields, before_snapshot, after_snapshot, created_at)
            VALUES (?, 'improved', 'bot', ?, ?, ?, ?)`;
        await database.client.batch(
            pairs.map(([before, after], at) => ({
                sql: insert,
                args: [
                    `q-${Math.floor(at / 50)}`,
                    ...[Object.keys(before), before, after].map((value) => JSON.stringify(value)),
                    new Date(Date.UTC(2026, 0, 1) - at * 1_000).toISOString(),
                ],
            })),
            "write",
        );
        const console = await openCountedConsole(database);
        const pages = [await console.readOnce("/questions/q-0"), await console.readOnce("/questions/q-1")];
        console.close();
        const events = pages.flatMap((page) =>
            [...page.matchAll(/<li class="chg">[\s\S]*?<\/dl><\/li>/g)].map(([event]) => event),
        );
        expect(events.length).toBe(100);
        let inWords = 0;
        for (const [at, [before, after]] of pairs.entries()) {
            const fields = [...(events[at] ?? "").matchAll(/<dt>(\w+)<\/dt><dd>([\s\S]*?)<\/dd>/g)];
            expect(fields.map(([, field]) => field)).toEqual(Object.keys(before));
            for (const [, field = "", shown = ""] of fields) {
                if (before[field] !== after[field] && !shown.includes('class="tag"')) inWords++;
                expect(readSide(shown, "ins").trim(), `${at} ${field}`).toBe(toShown(before[field]).trim());
                expect(readSide(shown, "del").trim(), `${at} ${field}`).toBe(toShown(after[field]).trim());
            }
        }
        expect(inWords).toBeGreaterThan(50);
    });

    testSample(`shows every file of the real export${note}`, async () => {
        const database = await createDeployedDatabase(target);
        const folder = path.join(sample, "history");
        const files = readdirSync(folder).slice(0, 100);
        const stored = files.map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")).history[0]);
        await database.client.batch(
            stored.map((event, at) => ({
                sql: `INSERT INTO question_history (question_id, event_type, event_source, source_name, changes_summary, created_at)
                VALUES (?, ?, ?, ?, ?, ?)`,
                args: [
                    `q-${at % 2}`,
                    event.eventType,
                    event.eventSource,
                    event.sourceName,
                    event.changesSummary,
                    event.createdAt,
                ],
            })),
            "write",
        );
        const console = await openCountedConsole(database);
        const shown = `${await console.readOnce("/questions/q-0")}${await console.readOnce("/questions/q-1")}`;
        console.close();
        expect(shown.match(/<div class="ev">/g)?.length).toBe(100);
        for (const event of stored) {
            expect(decode(shown)).toContain(event.changesSummary);
            expect(shown).toContain(event.createdAt);
        }
    });

    test("compares an answer of 200 KB, and 50 events of 20 KB, in three seconds of the processor", async () => {
        const database = await createDeployedDatabase(target);
        const words = Array.from({ length: 33_000 }, (_, at) => `w${(at * 7_919) % 5_000}`);
        const insert =
            "INSERT INTO question_history (question_id, event_type, event_source, before_snapshot, after_snapshot) VALUES (?, 'updated', 'bot', ?, ?)";
        const edit = (list: string[], every: number): string =>
            list.map((word, at) => (at % every === 0 ? `${word}x` : word)).join(" ");
        const toArgs = (id: string, list: string[], every: number): string[] => [
            ...[id, JSON.stringify({ answer: list.join(" ") }), JSON.stringify({ answer: edit(list, every) })],
        ];
        await database.client.batch(
            [
                { sql: insert, args: toArgs("q-long", words, 100) },
                ...Array.from({ length: 50 }, (_, at) => ({
                    sql: insert,
                    args: toArgs("q-many", words.slice(at, at + 3_300), 7),
                })),
            ],
            "write",
        );
        const console = await openCountedConsole(database);
        // The first page waits for the process that reads.
        await console.read("/questions");
        for (const id of ["q-long", "q-many"]) {
            const started = process.cpuUsage();
            const page = await console.readOnce(`/questions/${id}`);
            const { user, system } = process.cpuUsage(started);
            expect((user + system) / 1_000, id).toBeLessThan(3_000);
            expect(page).toContain("w0x");
        }
        console.close();
    });
});
