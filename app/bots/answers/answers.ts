import { z } from "zod";
import { readStrictJson } from "../../../src/model/json.ts";
import { isMermaid } from "../rules/diagram.ts";
import { difficulties, lengths, mostTags } from "../rules/question.ts";

/**
 * What a model must answer. Every object is strict, so that an answer brings nothing of its own along: no id, status or
 * address. Fields are nullable, never optional, because servers with strict schemas demand each of them.
 */

export const relationshipTypes = ["prerequisite", "follow_up", "related", "deeper_dive"] as const;

const text = (least: number, most: number): z.ZodString => z.string().trim().min(least).max(most);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by hyphens");
const list = <T extends z.ZodType<string>>(item: T, least: number, most: number) =>
    z
        .array(item)
        .min(least)
        .max(most)
        .refine((items) => new Set(items).size === items.length, "must not repeat an item");
const tags = list(
    text(1, 60).refine((tag) => tag === tag.toLowerCase(), "must be lower-case"),
    1,
    mostTags,
);
const companies = list(text(1, 80), 0, 20);
const questionText = text(...lengths.question);
const answerText = text(...lengths.answer);
const explanationText = text(...lengths.explanation);
const diagramText = z.string().trim().max(10_000).nullable();

// A question is worth keeping without a diagram that cannot be drawn.
function dropBadDiagram<T extends { readonly diagram: string | null }>(answer: T): T & { droppedDiagram: boolean } {
    const droppedDiagram = answer.diagram !== null && !isMermaid(answer.diagram);
    return { ...answer, diagram: droppedDiagram ? null : answer.diagram, droppedDiagram };
}

/** A new question. `droppedDiagram` says that its diagram was no Mermaid source. */
export const questionAnswer = z
    .strictObject({
        question: questionText,
        answer: answerText,
        explanation: explanationText,
        subChannel: slug,
        difficulty: z.enum(difficulties),
        tags,
        companies,
        diagram: diagramText,
        voiceSuitable: z.boolean(),
        voiceKeywords: list(text(1, 80), 1, 20).nullable(),
    })
    .transform(dropBadDiagram);

const dimension = z.strictObject({ score: z.int().min(0).max(100), feedback: text(1, 1_000) });

/** A verdict on a question. */
export const verifierAnswer = z.strictObject({
    technicalAccuracy: dimension,
    clarity: dimension,
    completeness: dimension,
    practicalRelevance: dimension,
    structureQuality: dimension,
    difficultyCalibration: dimension,
    overallAssessment: text(1, 2_000),
    topImprovements: list(text(1, 500), 0, 10),
});

/** An edit of a question: null for each column that stays. `droppedDiagram` as for a new question. */
export const processorAnswer = z
    .strictObject({
        question: questionText.nullable(),
        answer: answerText.nullable(),
        explanation: explanationText.nullable(),
        diagram: diagramText,
        difficulty: z.enum(difficulties).nullable(),
        tags: tags.nullable(),
        companies: companies.nullable(),
        eli5: text(20, 2_000).nullable(),
        tldr: text(10, 500).nullable(),
        summary: text(1, 300).refine((line) => !line.includes("\n"), "must be one line"),
    })
    .transform(dropBadDiagram);

const name = z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a function")
    .max(60);
const code = (least: number) => z.strictObject({ javascript: text(least, 10_000), python: text(least, 10_000) });

/** JSON as a text, because a strict schema cannot say "any value". */
const jsonText = z
    .string()
    .max(10_000)
    .transform((source, context) => {
        const read = readStrictJson(source);
        if ("value" in read) return read.value;
        context.addIssue({ code: "custom", message: `must be JSON as a text: ${read.problem}` });
        return z.NEVER;
    });

/** A coding challenge; the arguments and results of its test cases are values. */
export const challengeAnswer = z.strictObject({
    title: text(3, 120),
    description: text(50, 5_000),
    tags,
    companies,
    entryPoint: z.strictObject({ javascript: name, python: name }),
    starterCode: code(10),
    testCases: z
        .array(
            z.strictObject({
                args: jsonText.pipe(z.array(z.unknown(), "must be a JSON array, as a text")),
                expectedOutput: jsonText,
                description: text(1, 300),
            }),
        )
        .min(3)
        .max(6),
    hints: list(text(1, 500), 1, 5),
    sampleSolution: code(10),
    complexity: z.strictObject({ time: text(1, 100), space: text(1, 100), explanation: text(1, 2_000) }),
    timeLimit: z.int().min(5).max(60),
});

const choice = {
    question: questionText,
    options: z
        .array(z.strictObject({ text: text(1, 1_000), isCorrect: z.boolean() }))
        .length(4)
        .refine((options) => options.filter(({ isCorrect }) => isCorrect).length === 1, "exactly one must be correct")
        .refine((options) => new Set(options.map(({ text }) => text)).size === 4, "must not repeat an option"),
    explanation: text(50, 5_000),
    difficulty: z.enum(difficulties),
};

/** `count` multiple-choice questions for a certification, each of one of its domains. */
export function certificationAnswer(count: number, domains: readonly [string, ...string[]]) {
    return z.strictObject({
        questions: z.array(z.strictObject({ ...choice, domain: z.enum(domains) })).length(count),
    });
}

/** `count` multiple-choice questions, each made from one of `sources` numbered questions. */
export function testAnswer(count: number, sources: number) {
    return z.strictObject({
        questions: z.array(z.strictObject({ ...choice, source: z.int().min(1).max(sources) })).length(count),
    });
}

/** How questions that were sent with numbers from 1 relate to each other. */
export function edgesAnswer(questions: number) {
    const place = z.int().min(1).max(questions);
    return z.strictObject({
        edges: z
            .array(
                z
                    .strictObject({
                        source: place,
                        target: place,
                        type: z.enum(relationshipTypes),
                        strength: z.int().min(0).max(100),
                    })
                    .refine(({ source, target }) => source !== target, "must relate two different questions"),
            )
            .max(questions * questions),
    });
}

/** What a session of questions is about. */
export const topicAnswer = z.strictObject({ topic: text(3, 120), description: text(20, 500) });

export type QuestionAnswer = z.output<typeof questionAnswer>;
export type VerifierAnswer = z.output<typeof verifierAnswer>;
export type ProcessorAnswer = z.output<typeof processorAnswer>;
export type ChallengeAnswer = z.output<typeof challengeAnswer>;
export type CertificationAnswer = z.output<ReturnType<typeof certificationAnswer>>;
export type TestAnswer = z.output<ReturnType<typeof testAnswer>>;
export type EdgesAnswer = z.output<ReturnType<typeof edgesAnswer>>;
export type TopicAnswer = z.output<typeof topicAnswer>;
