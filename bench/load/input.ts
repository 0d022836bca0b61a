import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createRandom, makeSentence, makeText, makeWord, pick, type Random } from "./words.ts";

/** Exports as the application writes them, in two folders. */
export interface Input {
    /** Contains both folders, and nothing else. */
    folder: string;
    /** Files with arrays of questions. */
    questions: string;
    /** A file for each question, with one event of its history. */
    history: string;
    count: number;
    files: number;
    /** Mean size of a question as JSON without indentation. */
    bytesPerQuestion: number;
}

interface Question {
    id: string;
    channel: string;
    createdAt: string;
    [field: string]: unknown;
}

/** Occurs once in every question and in no event of the history, so each occurrence in a request is a question. */
export const questionMark = "quorvendale";

const FILE_LENGTH = 330;
const channels = (
    "algorithms android api-testing aws backend behavioral data-engineering database devops frontend ios kubernetes " +
    "linux llm-ops machine-learning networking python react-native security sre system-design terraform testing unix"
).split(" ");
const companies = "Amazon Google Meta Microsoft Netflix Uber Airbnb Stripe Apple Snowflake Databricks Adobe".split(" ");
const difficulties = ["beginner", "intermediate", "advanced"];
const DAY_MS = 86_400_000;
const START = Date.parse("2025-01-01T00:00:00Z");

/** Makes `count` questions and their history in a folder. The same every time. */
export async function makeInput(directory: string, count: number): Promise<Input> {
    const random = createRandom(20_260_101);
    const folder = path.join(directory, "input");
    const questions = path.join(folder, "questions");
    const history = path.join(folder, "history");
    for (const made of [questions, history]) await mkdir(made, { recursive: true });
    const files = Math.ceil(count / FILE_LENGTH);
    let bytes = 0;
    for (let file = 0; file < files; file++) {
        const channel = channels[file % channels.length] ?? "aws";
        const length = Math.min(FILE_LENGTH, count - file * FILE_LENGTH);
        const made = Array.from({ length }, (_, at) => makeQuestion(random, channel, file * FILE_LENGTH + at));
        for (const question of made) bytes += Buffer.byteLength(JSON.stringify(question));
        const name = `${channel}-${String(file + 1).padStart(3, "0")}.json`;
        await writeFile(path.join(questions, name), JSON.stringify(made, null, 2));
        await Promise.all(
            made.map((question, at) =>
                writeFile(
                    path.join(history, `${question.id}.json`),
                    JSON.stringify(makeHistory(random, question, file * FILE_LENGTH + at), null, 2),
                ),
            ),
        );
    }
    return { folder, questions, history, count, files, bytesPerQuestion: bytes / count };
}

/** How often a field is filled, and how long it is, is as in the real exports. */
function makeQuestion(random: Random, channel: string, number: number): Question {
    const created = START + Math.floor(random() * 360) * DAY_MS + Math.floor(random() * 86_400) * 1000;
    const changed = created + Math.floor(random() * 90 * DAY_MS);
    const isSpoken = random() < 0.12;
    return {
        id: `${channel.slice(0, 2)}-${number + 1}`,
        question: `${makeText(random, 60 + random() * 160).slice(0, -1)}?`,
        answer: `${makeSentence(random, ` ${questionMark}.`)} ${makeText(random, 80 + random() * 180)}`,
        explanation: makeExplanation(random),
        diagram: random() < 0.55 ? makeDiagram(random) : null,
        difficulty: pick(random, difficulties),
        tags: makeWords(random, 2 + Math.floor(random() * 3)),
        channel,
        subChannel: pick(random, ["basics", "compute", "storage", "design", "operations"]),
        sourceUrl: random() < 0.02 ? `https://example.com/${makeWord(random)}/${number}` : null,
        videos: random() < 0.48 ? makeVideos(random) : null,
        companies: [...new Set(Array.from({ length: 3 }, () => pick(random, companies)))],
        eli5: random() < 0.1 ? makeText(random, 420) : null,
        voiceKeywords: isSpoken ? makeWords(random, 11) : null,
        voiceSuitable: isSpoken ? 1 : 0,
        isNew: 0,
        lastUpdated: new Date(changed).toISOString(),
        // The application writes this one in SQLite's form.
        createdAt: new Date(created).toISOString().slice(0, 19).replace("T", " "),
    };
}

function makeExplanation(random: Random): string {
    const points = Array.from({ length: 3 + Math.floor(random() * 4) }, () => `- **${makeWord(random)}**: `);
    return [
        `## Why this is asked\n\n${makeText(random, 60 + random() ** 3 * 1_700)}`,
        `## Key points\n\n${points.map((point) => point + makeSentence(random)).join("\n")}`,
        `## Example\n\n\`\`\`yaml\n${makeWords(random, 8).map(toSetting).join("\n")}\n\`\`\``,
        `## Questions that follow\n\n${makeSentence(random, "?")}`,
    ].join("\n\n");
}

function toSetting(word: string, at: number): string {
    return `${"  ".repeat(at % 3)}${word}: "${at * 37}"`;
}

function makeDiagram(random: Random): string {
    const lines = makeWords(random, 10).map((word, at) => `    N${at}[${word}] --> N${at + 1}[${makeWord(random)}]`);
    return `flowchart TD\n${lines.join("\n")}`;
}

function makeVideos(random: Random): { shortVideo: string | null; longVideo: string | null } {
    const address = (): string => `https://video.example.com/watch?v=${makeWord(random)}${Math.floor(random() * 1e6)}`;
    return { shortVideo: random() < 0.7 ? address() : null, longVideo: address() };
}

function makeWords(random: Random, length: number): string[] {
    return Array.from({ length }, () => makeWord(random));
}

/** Nearly all exported events tell of the creation, which the triggers tell too; the others are new to the database. */
function makeHistory(random: Random, { id, channel, createdAt }: Question, number: number): object {
    const isCreation = number % 50 !== 49;
    const eventType = isCreation ? "created" : "improved";
    const event = {
        eventType,
        eventSource: isCreation ? "system" : "bot",
        sourceName: isCreation ? "content-pipeline" : "improvement-bot",
        changesSummary: isCreation ? `Question added to ${channel} channel` : makeSentence(random),
        changedFields: isCreation ? null : ["answer", "explanation"],
        reason: isCreation ? null : makeSentence(random),
        metadata: null,
        createdAt,
    };
    return {
        questionId: id,
        questionType: "question",
        totalEvents: 1,
        latestEvent: { eventType, createdAt },
        eventTypes: { [eventType]: 1 },
        history: [event],
    };
}
