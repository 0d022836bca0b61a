import { fileURLToPath } from "node:url";
import { readChosenModel } from "../../../src/cli/bots/model.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf, listCounts } from "../../../src/cli/report.ts";
import { AppError, type ExitCode } from "../../../src/errors.ts";
import { ModelFault } from "../../../src/model/fault.ts";
import { type Model, openModel } from "../../../src/model/model.ts";
import { type Prompt, readPrompt } from "../../../src/model/prompts.ts";
import { type Roles, readRoles } from "../../../src/queries/roles.ts";
import { assertThat, UnmetAssertion } from "../../../src/queue/effects.ts";
import { checkSolution, renderSolutionFault } from "../../../src/sandbox/solution.ts";
import { type ChallengeAnswer, challengeAnswer } from "../answers/answers.ts";
import { promptsFolder, renderChallengeRequest, renderRefusedChallenge } from "../answers/requests.ts";
import { type Bot, type BotResult, describeStop, runBot } from "../bot.ts";
import { normalizeText } from "../duplicates/judge-pair.ts";
import { writeOnce } from "../runs.ts";
import type { BotStore } from "../store.ts";
import { companies } from "./companies.ts";
import { type ContentTable, refuseWithoutTable, saveToFile } from "./content.ts";
import { describeRequest } from "./describing.ts";
import { isLastFault, mostQuestions, refuseWithoutModel } from "./questions.ts";

export interface ChallengeOptions {
    readonly category?: string | undefined;
    readonly difficulty?: string | undefined;
    readonly count?: number | undefined;
    /** Append to this file instead of the database. */
    readonly out?: string | undefined;
    /** Say what would be asked for, ask no model and write nothing. */
    readonly dryRun?: boolean | undefined;
    readonly printPrompt?: boolean | undefined;
    readonly yes?: boolean | undefined;
}

const table: ContentTable = {
    name: "coding_challenges",
    set: "challenges",
    columns: [
        ...["id", "title", "description", "difficulty", "category", "tags", "companies", "starter_code_js"],
        ...["starter_code_py", "test_cases", "hints", "solution_js", "solution_py", "complexity_time"],
        ...["complexity_space", "complexity_explanation", "time_limit"],
    ],
};
const statements = { titles: "challenges-page", nextId: "next-challenge-id", create: "create-challenge" } as const;
const levels = ["easy", "medium", "hard", "beginner", "intermediate", "advanced"];
const categories = [
    ...[
        "arrays",
        "strings",
        "hash-maps",
        "linked-lists",
        "stacks",
        "queues",
        "trees",
        "graphs",
        "sorting",
        "searching",
    ],
    ...["recursion", "dynamic-programming", "greedy", "math", "bit-manipulation"],
];

/** bot:challenge, and the challenges of bot:unified: writes coding challenges whose solutions were executed. */
export async function writeChallenges(context: Context, bot: string, options: ChallengeOptions): Promise<ExitCode> {
    const { count = 1, category, difficulty, out } = options;
    if (count < 1 || count > mostQuestions) throw new AppError("usage", `--count must be 1 to ${mostQuestions}`);
    if (difficulty !== undefined && !levels.includes(difficulty))
        throw new AppError("usage", `'${difficulty}' is not a difficulty`, { hint: `use ${levels.join(", ")}` });
    if (category !== undefined && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(category))
        throw new AppError("usage", `'${category}' is not a category`, {
            hint: "use lower-case words joined by hyphens",
        });
    if (options.printPrompt || options.dryRun) return describeChallenge(context, options);
    const settings = await readChosenModel(context);
    if (!settings) refuseWithoutModel();
    const model = openModel(settings);
    const before =
        out === undefined ? { before: ({ connection }: BotStore) => refuseWithoutTable(connection, table) } : {};
    return runBot(context, bot, { model, yes: options.yes, ...before }, (started) => ask(started, model, options));
}

async function describeChallenge(context: Context, options: ChallengeOptions): Promise<ExitCode> {
    return describeRequest(context, options, "challenge", async (store) => {
        const sql = await readRoles(context.root, statements, [table.set]);
        await refuseWithoutTable(store.connection, table);
        const existing = await readTitles({ store }, sql);
        const { category = findRarest(existing), difficulty = "easy" } = options;
        const user = renderChallengeRequest({
            category,
            difficulty,
            existingTitles: existing.map(({ title }) => title),
        });
        return {
            user,
            what: `${countOf(options.count ?? 1, "coding challenge")}; the first in ${category}, ${difficulty}`,
        };
    });
}

interface Existing {
    readonly title: string;
    readonly category: string;
}

type State = "created" | "saved" | "duplicate" | "rejected" | "failed";

async function ask(bot: Bot, model: Model, options: ChallengeOptions): Promise<BotResult> {
    const { context } = bot;
    const { count = 1, out } = options;
    const sql = await readRoles(context.root, statements, [table.set]);
    const prompt = await readPrompt(fileURLToPath(promptsFolder), "challenge");
    const states: State[] = [];
    const existing = out === undefined ? await readTitles(bot, sql) : [];
    let stopped: string | undefined;
    while (states.length < count && !context.signal.aborted && stopped === undefined) {
        const category = options.category ?? findRarest(existing);
        const difficulty = options.difficulty ?? (states.length % 2 === 0 ? "easy" : "medium");
        try {
            const request = { category, difficulty, existingTitles: existing.map(({ title }) => title) };
            const made = await makeChallenge(bot.patience, model, prompt, request);
            if ("state" in made) {
                context.output.line(made.line);
                states.push(made.state);
                continue;
            }
            const content = toStored(made.answer, category, difficulty);
            const origin = { model: model.name, prompt: `challenge ${prompt.version}` };
            const saved = out === undefined ? await saveNew(bot, sql, content, existing, origin) : undefined;
            if (saved && "twin" in saved) {
                context.output.line(`Duplicate: '${content.title}' is there as '${saved.twin}'`);
                states.push("duplicate");
                continue;
            }
            existing.push(content);
            if (out !== undefined) await saveToFile(out, content);
            context.output.line(
                saved
                    ? `Created:   ${saved.id} in ${category}, ${difficulty}: ${content.title}`
                    : `Saved to ${out}: ${content.title}`,
            );
            states.push(saved ? "created" : "saved");
        } catch (error) {
            if (!(error instanceof ModelFault)) throw error;
            const isLast = isLastFault(error);
            if (isLast && states.length === 0) throw error;
            context.output.line(`Failed:    ${error.message}`);
            states.push("failed");
            if (isLast) stopped = error.message;
        }
    }
    return summarize(context, states, count, stopped, prompt);
}

async function readTitles({ store }: Pick<Bot, "store">, sql: Roles<keyof typeof statements>): Promise<Existing[]> {
    const titles: Existing[] = [];
    for (let after = ""; ; ) {
        const [rows = []] = await store.read([sql("titles", { after_id: after, limit: 1_000 })]);
        titles.push(...rows.map((row) => ({ title: String(row.title), category: String(row.category) })));
        if (rows.length < 1_000) return titles;
        after = String(rows.at(-1)?.id);
    }
}

function findRarest(existing: readonly Existing[]): string {
    const count = (category: string): number => existing.filter((one) => one.category === category).length;
    return [...categories].sort((one, other) => count(one) - count(other))[0] ?? "arrays";
}

/** Two titles are the same when they are equal, or one holds the other and little more. */
function isSameTitle(one: string, other: string): boolean {
    const [short = "", long = ""] = [one, other].map(normalizeText).sort((a, b) => a.length - b.length);
    return short === long || (long.includes(short) && short.length / long.length > 0.8);
}

// What the model says that its solution gives is executed; it may correct itself once.
async function makeChallenge(
    signal: AbortSignal,
    model: Model,
    prompt: Prompt,
    request: Parameters<typeof renderChallengeRequest>[0],
): Promise<{ readonly answer: ChallengeAnswer } | { readonly state: "duplicate" | "rejected"; readonly line: string }> {
    const question = { schema: challengeAnswer, name: "challenge", system: prompt.text, signal };
    const user = renderChallengeRequest(request);
    const first = await model.ask({ ...question, user });
    const twin = request.existingTitles.find((title) => isSameTitle(title, first.title));
    if (twin !== undefined) return { state: "duplicate", line: `Duplicate: '${first.title}' is there as '${twin}'` };
    const faults = await findFaults(first, signal);
    if (faults.length === 0) return { answer: first };
    const second = await model.ask({ ...question, user: `${user}\n\n${renderRefusedChallenge(first, faults)}` });
    const left = await findFaults(second, signal);
    if (left.length === 0) return { answer: { ...second, title: first.title } };
    return { state: "rejected", line: `Rejected:  ${first.title}: ${left.join("; ")}` };
}

async function findFaults(answer: ChallengeAnswer, signal: AbortSignal): Promise<string[]> {
    const solution = {
        source: answer.sampleSolution.javascript,
        starter: answer.starterCode.javascript,
        entryPoint: answer.entryPoint.javascript,
        cases: answer.testCases,
        now: Date.parse("2026-01-01T00:00:00.000Z"),
    };
    return (await checkSolution(solution, signal)).map(renderSolutionFault);
}

function toStored(answer: ChallengeAnswer, category: string, difficulty: string) {
    return {
        ...answer,
        ...{ category, difficulty, companies: answer.companies.filter((name) => companies.has(name)) },
        testCases: answer.testCases.map(({ args, expectedOutput, description }, at) => ({
            id: String(at + 1),
            input: args.map((arg) => JSON.stringify(arg)).join(", "),
            expectedOutput: JSON.stringify(expectedOutput),
            ...{ args, description },
        })),
        // Only JavaScript is executed.
        verified: { javascript: true, python: false },
    };
}

const areTitles = "the challenges are those whose titles were compared";

async function save(
    { store, run }: Bot,
    sql: Roles<keyof typeof statements>,
    content: ReturnType<typeof toStored>,
    known: number,
    origin: object,
): Promise<string> {
    const [rows] = await store.read([sql("nextId")]);
    const id = `cc${rows?.[0]?.number}`;
    await writeOnce(store, run, { created: 1 }, [
        assertThat("(SELECT count(*) FROM coding_challenges) = ?", areTitles, [known]),
        store.sql("setWriter", { source_name: run.bot, event_type: null }),
        sql("create", { challenge_id: id, content: JSON.stringify(content) }),
        store.sql("record", {
            ...{ bot: run.bot, action: "create", item_type: "challenge", item_id: id, before_state: null },
            after_state: JSON.stringify({ ...content, ...origin }),
            reason: null,
        }),
        store.sql("clearWriter"),
    ]);
    return id;
}

/** Saves a challenge unless another writer has added one with its title meanwhile, or any with its id. */
async function saveNew(
    bot: Bot,
    sql: Roles<keyof typeof statements>,
    content: ReturnType<typeof toStored>,
    existing: Existing[],
    origin: object,
): Promise<{ readonly id: string } | { readonly twin: string }> {
    for (;;) {
        const twin = existing.find(({ title }) => isSameTitle(title, content.title));
        if (twin) return { twin: twin.title };
        try {
            return { id: await save(bot, sql, content, existing.length, origin) };
        } catch (error) {
            if (!(error instanceof UnmetAssertion) || error.assertion !== areTitles) throw error;
            existing.splice(0, existing.length, ...(await readTitles(bot, sql)));
        }
    }
}

function summarize(
    context: Context,
    states: readonly State[],
    asked: number,
    stopped: string | undefined,
    prompt: Prompt,
): BotResult {
    const count = (state: State): number => states.filter((one) => one === state).length;
    const [created, saved] = [count("created"), count("saved")];
    const others = listCounts(
        [count("duplicate"), "duplicate"],
        [count("rejected"), "rejected", "rejected"],
        [count("failed"), "failure"],
    );
    const what = saved > 0 ? `Saved ${saved}` : `Created ${created}`;
    const end = describeStop(context, stopped);
    return {
        verdict: `${what} of ${countOf(asked, "coding challenge")}${others === "" ? "" : ` (${others})`}.${end}`,
        summary: {
            asked,
            created,
            saved,
            duplicates: count("duplicate"),
            rejected: count("rejected"),
            failed: count("failed"),
        },
        prompts: { challenge: prompt.version },
        isFailed: created + saved === 0,
    };
}
