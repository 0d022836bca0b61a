import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMermaid, keepDiagram } from "../../../app/bots/rules/diagram.ts";
import { fixFormat } from "../../../app/bots/rules/format.ts";
import { findTaker, issueActions, planWork } from "../../../app/bots/rules/issues.ts";
import { checkQuestion, type DraftQuestion } from "../../../app/bots/rules/question.ts";
import { tell } from "../../support/snapshot.ts";

const fence = "```";
const sound: DraftQuestion = {
    question: "How does a write-ahead log keep a database consistent after a crash?",
    answer: "Every change is written to the log and synced before its page is, so that a restart can replay what was committed.",
    explanation: `## How it works\n\nThe log is append-only, and a commit waits only for its own record.\n\n${fence}sql\n-- TODO: tune\nPRAGMA journal_mode = WAL;\n${fence}\n\nA checkpoint copies pages back.`,
    channel: "database",
    subChannel: "storage-engines",
    difficulty: "intermediate",
    tags: ["wal", "c++", "crash recovery"],
    diagram: "sequenceDiagram\n  Client->>Log: append",
};

const issuesOf = (change: Partial<DraftQuestion>): string[] =>
    checkQuestion({ ...sound, ...change }).map(({ issue }) => issue);

const long = (length: number): string =>
    `${"A sentence with several words. "
        .repeat(length / 31 + 1)
        .slice(0, length - 1)
        .replace(/[. ]+$/, (end) => "s".repeat(end.length))}.`;

describe("the rules for a question", () => {
    test("find nothing in a sound one, whose code may say TODO", () => {
        expect(checkQuestion(sound)).toEqual([]);
        expect(issuesOf({ diagram: null, tags: ["a"] })).toEqual([]);
        expect(
            issuesOf({
                answer: `Write ${fence.slice(0, 1)}// TODO${fence.slice(0, 1)} where the work is left over, and search for it before each release.`,
            }),
        ).toEqual([]);
    });

    const cases: [string, Partial<DraftQuestion>, string][] = [
        ["a question of 29 characters", { question: "What is it that a mutex does?" }, "short_question"],
        ["an answer of 49 characters", { answer: long(49) }, "short_answer"],
        ["an explanation of 99 characters", { explanation: long(99) }, "short_explanation"],
        ["no answer", { answer: " \n" }, "missing_answer"],
        ["an empty question", { question: "" }, "missing_question"],
        ["a channel with capitals", { channel: "System Design" }, "invalid_channel"],
        ["a sub-channel with a stroke", { subChannel: "a/b" }, "invalid_sub_channel"],
        ["no sub-channel", { subChannel: "" }, "missing_sub_channel"],
        ["a fourth difficulty", { difficulty: "expert" }, "invalid_difficulty"],
        ["no tag", { tags: [] }, "missing_tags"],
        ["eleven tags", { tags: "abcdefghijk".split("") }, "too_many_tags"],
        ["a tag with capitals", { tags: ["WAL"] }, "invalid_tags"],
        ["a tag twice", { tags: ["wal", "wal"] }, "invalid_tags"],
        ["a diagram in words", { diagram: "The client writes to the log." }, "invalid_diagram"],
        [
            "an answer in JSON",
            { answer: '{"answer": "The log is written first and then the page, in that order."}' },
            "json_answer",
        ],
        [
            "options as JSON",
            { answer: '[{"id": "a", "text": "The log is written first", "isCorrect": true}, {"id"' },
            "json_answer",
        ],
        [
            "options as lines",
            { answer: "A) The log comes first.\nB) The page comes first.\nC) Neither is synced.\nD) Both are." },
            "multiple_choice_answer",
        ],
        [
            "a word of a text to come",
            { answer: "TODO: say how the log is written before the page that it changes." },
            "placeholder_content",
        ],
        [
            "brackets to fill in",
            { explanation: `${sound.explanation}\n\n[Insert an example of a crash here].` },
            "placeholder_content",
        ],
        ["lorem ipsum", { explanation: `Lorem ipsum dolor sit amet. ${long(100)}` }, "placeholder_content"],
        [
            "an ellipsis at the end",
            { answer: "Every change is written to the log and synced before its page is..." },
            "truncated_answer",
        ],
        [
            "an end in a comma",
            { answer: "Every change is written to the log and synced before its page is," },
            "truncated_answer",
        ],
        [
            "an end in a conjunction",
            { answer: "Every change is written to the log and synced before the page and" },
            "truncated_answer",
        ],
        [
            "an end in a word after 200 characters",
            { answer: `${long(190).slice(0, 189)} replicatio` },
            "truncated_answer",
        ],
        [
            "a block of code without an end",
            { explanation: `${long(120)}\n\n${fence}js\nconst log = [` },
            "truncated_explanation",
        ],
        [
            "UTF-8 read as Latin-1",
            { answer: "The log is written first, because itâ€™s append-only and a page is not." },
            "garbled_answer",
        ],
        [
            "a word over and over",
            { answer: `The log ${"the the the ".repeat(8)} is written before the page that it changes.` },
            "garbled_answer",
        ],
        ["signs instead of words", { question: "§§ %% && // §§ %% && // §§ %% && // why?" }, "garbled_question"],
        ["a NUL", { answer: `${sound.answer}\0` }, "broken_text"],
        ["half a surrogate pair", { tags: ["wal", "\ud83d"] }, "broken_text"],
        [
            "talk about the candidate",
            { question: "Tell me about yourself and your last project, please." },
            "irrelevant_behavioral",
        ],
    ];

    test.for(cases)("find %s", ([, change, issue]) => {
        expect(issuesOf(change)).toEqual([issue]);
    });

    test("allow the longest texts, and refuse one character more", () => {
        const longest = { question: long(2_000), answer: long(10_000), explanation: long(15_000) };
        expect(issuesOf(longest)).toEqual([]);
        for (const [field, text] of Object.entries(longest))
            expect(issuesOf({ [field]: `A${text}` })).toEqual([`long_${field}`]);
    });

    test("leave alone what only resembles a fault", () => {
        const answers = [
            "An input shows its placeholder until something is typed, so a label is needed as well as that hint.",
            "Use `PREPARE` with a placeholder such as ?1 for each value, and bind the values when it is executed",
            "A. Turing showed it in 1936: no program decides for every other program whether that program ever halts.",
            "[RFC 9110] defines GET as safe; caches, crawlers and clients may therefore repeat it as they like.",
            "Steps:\n\n1. Stop the writer\n2. Copy the file\n3. Start the writer again and compare the checksums",
            `Reverse the pointers one by one, as here:\n\n${fence}js\nwhile (node) [node.next, last, node] = [last, node, node.next];\n${fence}`,
            "For [0, 0, 0, 0, 0, 0, 0, 0, 0] and 10000000000000 the sum is the same whichever end the loop starts from.",
            "{x | x > 0} is the set that the predicate selects, and its complement holds everything else, zero included.",
        ];
        for (const answer of answers) expect(issuesOf({ answer }), answer).toEqual([]);
        expect(issuesOf({ question: "Tell me about a time when a release of yours failed. What did you do?" })).toEqual(
            [],
        );
    });

    test("know Mermaid by its first word, below front matter and comments", () => {
        for (const source of [
            "graph TD; A-->B",
            "flowchart LR\n  A --> B",
            "%% flow\n%%{init: {}}%%\npie title Pets\n",
            "---\ntitle: T\n---\nerDiagram\n",
            "gitGraph:\n commit",
            "xychart-beta\n",
        ])
            expect(isMermaid(source), source).toBe(true);
        for (const source of [
            "",
            "graphite",
            "digraph G {}",
            "A --> B",
            "<svg/>",
            `${fence}mermaid\ngraph TD\n${fence}`,
        ])
            expect(keepDiagram(source), source).toBeNull();
    });

    test("give the same result each time, and never fail", () => {
        const texts = fc.record({
            ...{ question: fc.string(), answer: fc.string({ unit: "binary" }), explanation: fc.string() },
            ...{ channel: fc.string(), subChannel: fc.string(), difficulty: fc.string() },
            tags: fc.array(fc.string()),
            diagram: fc.option(fc.string()),
        });
        fc.assert(
            fc.property(texts, (draft) => {
                const found = checkQuestion(draft);
                expect(checkQuestion(draft)).toEqual(found);
                expect(found.filter(({ issue }) => !issueActions.has(issue))).toEqual([]);
            }),
        );
        for (const [, change] of cases) expect(issuesOf(change)).toEqual(issuesOf(change));
    });

    test("mend format without touching what they cannot judge", () => {
        const mended = fixFormat({
            ...sound,
            question: " How does a write-ahead log survive a crash ",
            tags: ["WAL", "wal ", ""],
            diagram: "A --> B",
        });
        expect(mended).toMatchObject({
            question: "How does a write-ahead log survive a crash?",
            tags: ["wal"],
            diagram: null,
        });
        expect(checkQuestion(mended)).toEqual([]);
        expect(fixFormat(sound)).toEqual(sound);
        for (const question of ["Design a rate limiter for a public API.", "Is it safe? Explain why"])
            expect(fixFormat({ ...sound, question }).question).toBe(question);
    });
});

describe("what a job asks for", () => {
    const words = fc.oneof(
        fc.constantFrom(...issueActions.keys(), "delete", "verify", "improve", "__proto__", "constructor"),
        fc.stringMatching(/^[a-z0-9_]+$/),
    );

    test("is a deletion for the action delete and no other word", () => {
        fc.assert(
            fc.property(words, fc.array(words), (action, issues) => {
                expect(planWork(action, issues).steps.includes("delete")).toBe(action === "delete");
            }),
        );
        for (const issue of issueActions.keys())
            expect(planWork("improve", [issue, "delete"]).steps).not.toContain("delete");
    });

    test("follows its issues, each once, and names those that nobody knows", () => {
        expect(planWork("improve", [])).toEqual({ steps: ["improve"], unknown: [] });
        expect(planWork("improve", ["missing_diagram", "low_clarity", "missing_tags"])).toEqual({
            steps: ["enrich", "improve"],
            unknown: [],
        });
        expect(planWork("improve", ["low_clarity", "too_blue"])).toEqual({ steps: ["improve"], unknown: ["too_blue"] });
        expect(planWork("improve", ["too_blue"])).toEqual({ steps: [], unknown: ["too_blue"] });
        expect(planWork("placeholder_content", [])).toEqual({ steps: ["improve"], unknown: [] });
        expect(planWork("likely_duplicate", [])).toEqual({ steps: ["flag"], unknown: [] });
        expect(planWork("polish", [])).toEqual({ steps: [], unknown: ["polish"] });
        expect(planWork("queued", ["truncated_answer"]).steps).toEqual(["improve"]);
        expect(planWork("fix_formatting", []).steps).toEqual(["fix_format"]);
        expect(planWork("verify", ["low_clarity"])).toEqual({ steps: ["verify"], unknown: [] });
    });

    test("goes to the verifier or the processor, and to nobody for an unknown word", () => {
        expect(findTaker("verify")).toBe("verifier");
        for (const word of [
            "improve",
            "delete",
            "enrich",
            "fix_format",
            "complete_content",
            "fix_formatting",
            "add_details",
            "queued",
            ...issueActions.keys(),
        ])
            expect(findTaker(word), word).toBe("processor");
        for (const word of ["polish", "", "__proto__", "constructor"]) expect(findTaker(word)).toBeUndefined();
    });
});

const sample = fileURLToPath(new URL("../../../../shared/data/open-interview/questions", import.meta.url));
const hasSample = existsSync(sample);

describe.skipIf(!hasSample)(`the questions of a real export${hasSample ? "" : " (it is not here)"}`, () => {
    test("are sound, or cut off by the bot that wrote them, for all but a few", () => {
        const counts = new Map<string, number>();
        let checked = 0;
        let atLimit = 0;
        for (const name of readdirSync(sample).filter((file) => /^[a-z-]+\.json$/.test(file))) {
            for (const row of readQuestions(path.join(sample, name))) {
                checked++;
                const issues = new Set(
                    checkQuestion({ ...sound, ...row, subChannel: row.subChannel ?? "" }).map(({ issue }) => issue),
                );
                if (issues.has("truncated_answer") && [199, 200].includes(row.answer?.length ?? 0)) atLimit++;
                for (const issue of issues.size === 0 ? ["sound"] : issues)
                    counts.set(issue, (counts.get(issue) ?? 0) + 1);
            }
        }
        tell(`${checked} questions: ${[...counts].map(([issue, count]) => `${issue} ${count}`).join(", ")}`);
        const cut = counts.get("truncated_answer") ?? 0;
        expect(checked).toBeGreaterThan(2_000);
        expect(atLimit / cut).toBeGreaterThan(0.95);
        expect((counts.get("sound") ?? 0) + cut).toBeGreaterThan(0.95 * checked);
    });
});

function readQuestions(file: string): Partial<DraftQuestion>[] {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(read)
        ? read.filter(
              ({ question, answer, explanation, channel, difficulty, tags }) =>
                  question && answer && explanation && channel && difficulty && Array.isArray(tags),
          )
        : [];
}
