import { describe, expect, test } from "vitest";
import { questions as loader } from "../../seeds/questions.ts";
import { createCheck } from "../../src/loading/validate.ts";
import { tell } from "../support/snapshot.ts";
import { type BundledQuestion, listTrigrams, measureJaccard, readMappings, readQuestions } from "./bundled.ts";

const channels =
    `system-design algorithms frontend backend database devops sre kubernetes aws terraform data-engineering
    machine-learning llm-ops nlp python security networking ios android react-native engineering-management behavioral
    testing api-testing performance-testing generative-ai prompt-engineering computer-vision e2e-testing
    operating-systems unix linux`.split(/\s+/);

const diagramWord =
    /^(flowchart|graph|sequenceDiagram|stateDiagram(-v2)?|classDiagram|erDiagram|gantt|pie|timeline|mindmap|journey|gitGraph|quadrantChart|xychart-beta|block-beta)\b/;
const placeholder =
    /\b(TODO|FIXME|TBD|TBA|XXX|lorem|ipsum|placeholder|coming soon|foo ?bar|asdf|insert .{0,20}here)\b/i;

describe("the bundled questions", () => {
    const { questions, files } = readQuestions();
    const failing = (isWrong: (question: BundledQuestion) => boolean): string[] =>
        questions.filter(isWrong).map(({ id }) => id);

    test("are at least three in each of the 32 channels, a file a channel", () => {
        expect(channels).toHaveLength(32);
        expect(files).toEqual([...channels].sort());
        const counts = channels.map((channel) => questions.filter((question) => question.channel === channel).length);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
        tell(`${questions.length} questions, ${Math.min(...counts)} to ${Math.max(...counts)} in a channel`);
    });

    test("have ids of their own, that a URL can hold", () => {
        expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
        expect(failing(({ id }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
    });

    test("are long enough to be worth reading, and have tags", () => {
        expect(failing(({ question }) => question.trim().length < 30)).toEqual([]);
        expect(failing(({ answer }) => answer.trim().length < 50)).toEqual([]);
        expect(failing(({ explanation }) => explanation.trim().length < 200)).toEqual([]);
        expect(failing(({ tags }) => tags.length === 0 || tags.some((tag) => tag.trim() === ""))).toEqual([]);
        const lengths = (field: "question" | "answer" | "explanation"): number =>
            Math.min(...questions.map((question) => question[field].length));
        tell(
            `shortest question ${lengths("question")}, answer ${lengths("answer")}, explanation ${lengths("explanation")}`,
        );
    });

    test("have a Mermaid diagram on a third of them at least", () => {
        const drawn = questions.filter(({ diagram }) => typeof diagram === "string");
        expect(drawn.length * 3).toBeGreaterThanOrEqual(questions.length);
        expect(failing(({ diagram }) => typeof diagram === "string" && !diagramWord.test(diagram))).toEqual([]);
        expect(failing(({ diagram }) => typeof diagram === "string" && diagram.trim().split("\n").length < 3)).toEqual(
            [],
        );
        tell(`${drawn.length} of ${questions.length} have a diagram`);
    });

    test("hold no placeholder, and nothing but text that can be stored", () => {
        const textOf = (question: BundledQuestion): string =>
            [question.question, question.answer, question.explanation, question.eli5, question.tldr].join("\n");
        expect(failing((question) => placeholder.test(textOf(question)))).toEqual([]);
        const check = createCheck(loader, []);
        const rejected = questions.map((value) => check({ file: "", position: "", value }));
        expect(rejected.filter((checked) => !checked.ok)).toEqual([]);
        const fields = new Set(questions.flatMap((question) => Object.keys(question)));
        expect([...fields].filter((field) => !(field in loader.fields))).toEqual([]);
    });

    test("are no near-duplicates of one another", () => {
        const trigrams = questions.map(({ question, answer }) => listTrigrams(`${question} ${answer}`));
        let highest = { value: 0, pair: "" };
        let compared = 0;
        for (const [at, left] of trigrams.entries()) {
            for (const [other, right] of trigrams.entries()) {
                if (other <= at) continue;
                compared++;
                const value = measureJaccard(left, right);
                if (value > highest.value)
                    highest = { value, pair: `${questions[at]?.id} and ${questions[other]?.id}` };
            }
        }
        tell(`${compared} pairs, the nearest ${highest.value.toFixed(3)}: ${highest.pair}`);
        expect(highest.value).toBeLessThan(0.5);
    });

    test("are of every difficulty, none of them rare", () => {
        const shares = ["beginner", "intermediate", "advanced"].map((difficulty) => ({
            difficulty,
            count: questions.filter((question) => question.difficulty === difficulty).length,
        }));
        tell(shares.map(({ difficulty, count }) => `${count} ${difficulty}`).join(", "));
        for (const { count } of shares) expect(count / questions.length).toBeGreaterThan(0.15);
        const oneSided = channels.filter(
            (channel) =>
                new Set(questions.filter((question) => question.channel === channel).map((one) => one.difficulty))
                    .size < 2,
        );
        expect(oneSided).toEqual([]);
    });
});

describe("the bundled mappings", () => {
    const { questions } = readQuestions();
    const mappings = readMappings();

    test("hold each question's own channel, and no question that is not there", () => {
        const mapped = new Set(mappings);
        expect(mapped.size).toBe(mappings.length);
        const unmapped = questions.filter((one) => !mapped.has(`${one.channel}/${one.subChannel}/${one.id}`));
        expect(unmapped.map(({ id }) => id)).toEqual([]);
        const ids = new Set(questions.map(({ id }) => id));
        expect(mappings.filter((mapping) => !ids.has(mapping.split("/")[2] ?? ""))).toEqual([]);
        expect(mappings.filter((mapping) => !channels.includes(mapping.split("/")[0] ?? ""))).toEqual([]);
    });

    test("put some questions into several channels", () => {
        const byQuestion = new Map<string, Set<string>>();
        for (const mapping of mappings) {
            const [channel = "", , id = ""] = mapping.split("/");
            byQuestion.set(id, (byQuestion.get(id) ?? new Set()).add(channel));
        }
        const several = [...byQuestion.values()].filter((of) => of.size > 1).length;
        expect(several).toBeGreaterThan(0);
        tell(`${mappings.length} mappings, ${several} questions in more than one channel`);
    });
});
