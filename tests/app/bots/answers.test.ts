import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as answers from "../../../app/bots/answers/answers.ts";
import { renderAnswerSchema } from "../../../src/model/schema.ts";

const question = {
    question: "How does a cache stay consistent with its database?",
    answer: "It expires entries, or is written in the same step as the database, and says which of both it does.",
    explanation: "A cache holds copies. ".repeat(6),
    ...{ subChannel: "caching", difficulty: "intermediate", tags: ["cache", "consistency"], companies: [] },
    ...{ diagram: "graph TD\n  A-->B", voiceSuitable: true, voiceKeywords: ["expiry"] },
};
const dimension = { score: 80, feedback: "Right." };
const verdict = {
    ...{ technicalAccuracy: dimension, clarity: dimension, completeness: dimension, practicalRelevance: dimension },
    ...{ structureQuality: dimension, difficultyCalibration: dimension },
    ...{ overallAssessment: "Good.", topImprovements: [] },
};
const edit = {
    ...{ question: null, answer: question.answer, explanation: null, diagram: null, difficulty: null, tags: null },
    ...{ companies: null, eli5: null, tldr: null, summary: "Completed the answer." },
};
const both = { javascript: "function add(a, b) { return a + b; }", python: "def add(a, b): return a + b" };
const testCase = { args: "[1,2]", expectedOutput: "3", description: "Two numbers" };
const challenge = {
    ...{
        title: "Add two numbers",
        description: "Return the sum of two numbers, which are whole and small.",
        tags: ["math"],
    },
    ...{
        companies: ["Example"],
        entryPoint: { javascript: "add", python: "add" },
        starterCode: both,
        hints: ["Use +."],
    },
    ...{ testCases: [testCase, testCase, testCase], sampleSolution: both, timeLimit: 10 },
    complexity: { time: "O(1)", space: "O(1)", explanation: "One addition." },
};
const options = ["a", "b", "c", "d"].map((text, at) => ({ text, isCorrect: at === 2 }));
const choice = { question: question.question, options, explanation: question.explanation, difficulty: "beginner" };

/** Each shape with an answer that fits it, and what must not. */
const shapes: readonly [string, z.ZodType, object, readonly [string, object][]][] = [
    [
        "questionAnswer",
        answers.questionAnswer,
        question,
        [
            ["question: Too small", { question: "Why?".repeat(5) }],
            ["question: Too big", { question: "x".repeat(2_001) }],
            ["answer: Too small", { answer: "x".repeat(49) }],
            ["answer: Too big", { answer: "x".repeat(10_001) }],
            ["explanation: Too small", { explanation: `${"x".repeat(99)}   ` }],
            ["tags: Too small", { tags: [] }],
            ["tags: Too big", { tags: Array.from({ length: 11 }, (_, at) => `t${at}`) }],
            ["tags: must not repeat", { tags: ["cache", "cache"] }],
            ["tags.0: must be lower-case", { tags: ["Cache"] }],
            ["subChannel: must be lower-case words", { subChannel: "../x" }],
            ["difficulty: Invalid option", { difficulty: "expert" }],
            ["Unrecognized key", { sourceUrl: "https://example.com" }],
            ["Unrecognized key", { id: "q-1" }],
            ["Unrecognized key", { status: "active" }],
            ["companies: Invalid input", { companies: undefined }],
        ],
    ],
    [
        "verifierAnswer",
        answers.verifierAnswer,
        verdict,
        [
            ["clarity.score: Too big", { clarity: { score: 101, feedback: "x" } }],
            ["clarity.score: Invalid input", { clarity: { score: 7.5, feedback: "x" } }],
            ["Unrecognized key", { action: "delete" }],
        ],
    ],
    [
        "processorAnswer",
        answers.processorAnswer,
        edit,
        [
            ["Unrecognized key", { status: "deleted" }],
            ["Unrecognized key", { relevanceScore: 100 }],
            ["answer: Too small", { answer: "short" }],
            ["summary: must be one line", { summary: "a\nb" }],
        ],
    ],
    [
        "challengeAnswer",
        answers.challengeAnswer,
        challenge,
        [
            ["testCases: Too small", { testCases: [testCase, testCase] }],
            ["testCases: Too big", { testCases: Array.from({ length: 7 }, () => testCase) }],
            ["testCases.0.args: must be a JSON array", { testCases: [{ ...testCase, args: "7" }, testCase, testCase] }],
            ["testCases.0.args: must be JSON", { testCases: [{ ...testCase, args: "[1," }, testCase, testCase] }],
            [
                "testCases.0.expectedOutput: must be JSON as a text: it has the key '__proto__'",
                { testCases: [{ ...testCase, expectedOutput: '{"__proto__":1}' }, testCase, testCase] },
            ],
            ["entryPoint.python: must be the name of a function", { entryPoint: { javascript: "a", python: "a();b" } }],
        ],
    ],
    [
        "certificationAnswer",
        answers.certificationAnswer(1, ["storage", "compute"]),
        { questions: [{ ...choice, domain: "compute" }] },
        [
            ["questions.0.domain: Invalid option", { questions: [{ ...choice, domain: "cooking" }] }],
            ["questions: Too small", { questions: [] }],
            [
                "questions.0.options: exactly one must be correct",
                {
                    questions: [
                        {
                            ...choice,
                            domain: "compute",
                            options: options.map(({ text }) => ({ text, isCorrect: true })),
                        },
                    ],
                },
            ],
            [
                "questions.0.options: Too small",
                { questions: [{ ...choice, domain: "compute", options: options.slice(1) }] },
            ],
            [
                "questions.0.options: must not repeat",
                {
                    questions: [
                        { ...choice, domain: "compute", options: options.map((one) => ({ ...one, text: "same" })) },
                    ],
                },
            ],
        ],
    ],
    [
        "testAnswer",
        answers.testAnswer(1, 5),
        { questions: [{ ...choice, source: 5 }] },
        [["questions.0.source: Too big", { questions: [{ ...choice, source: 6 }] }]],
    ],
    [
        "edgesAnswer",
        answers.edgesAnswer(10),
        { edges: [{ source: 1, target: 10, type: "follow_up", strength: 70 }] },
        [
            ["edges.0.target: Too big", { edges: [{ source: 1, target: 11, type: "related", strength: 1 }] }],
            ["edges.0: must relate two", { edges: [{ source: 1, target: 1, type: "related", strength: 1 }] }],
            ["edges.0.type: Invalid option", { edges: [{ source: 1, target: 2, type: "likes", strength: 1 }] }],
            ["edges.0.source: Invalid input", { edges: [{ source: "q-1", target: 2, type: "related", strength: 1 }] }],
        ],
    ],
    [
        "topicAnswer",
        answers.topicAnswer,
        { topic: "Caches", description: "How caches work, and how they fail." },
        [["topic: Too small", { topic: "" }]],
    ],
];

describe.each(shapes)("%s", (_, shape, good, bad) => {
    test("takes an answer that fits, and sends a schema that demands every field and allows no other", () => {
        expect(shape.safeParse(good).error).toBeUndefined();
        const walk = (schema: unknown): void => {
            if (typeof schema !== "object" || schema === null) return;
            for (const part of Object.values(schema)) walk(part);
            if (!("properties" in schema)) return;
            expect(schema).toMatchObject({
                ...{ additionalProperties: false, required: Object.keys(schema.properties as object) },
            });
        };
        walk(renderAnswerSchema(shape));
        // A field that may be left out would be demanded all the same.
        walk(z.toJSONSchema(shape, { io: "input" }));
    });

    test.each(bad)("refuses one for '%s'", (problem, change) => {
        const result = shape.safeParse({ ...good, ...change });
        const problems = (result.error?.issues ?? []).map(
            ({ path, message }) => [...path, ""].join(".").replace(/\.$/, path.length ? ": " : "") + message,
        );
        expect(problems.join("\n")).toContain(problem);
    });
});

test("a diagram that is no Mermaid source is dropped, and that is said", () => {
    const read = (diagram: string | null) => answers.questionAnswer.parse({ ...question, diagram });
    expect(read("sequenceDiagram\n A->>B: hi")).toMatchObject({
        droppedDiagram: false,
        diagram: "sequenceDiagram\n A->>B: hi",
    });
    expect(read(null)).toMatchObject({ diagram: null, droppedDiagram: false });
    for (const bad of ["A picture of a cache", "```mermaid\ngraph TD\n```", "graphic", ""]) {
        expect(read(bad)).toMatchObject({ diagram: null, droppedDiagram: true });
    }
    expect(answers.processorAnswer.parse({ ...edit, diagram: "no" })).toMatchObject({
        diagram: null,
        droppedDiagram: true,
    });
});

test("the arguments and results of a challenge are values", () => {
    expect(answers.challengeAnswer.parse(challenge).testCases[0]).toEqual({
        ...{ args: [1, 2], expectedOutput: 3, description: "Two numbers" },
    });
});
