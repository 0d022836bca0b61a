import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readChosenModel } from "../../../src/cli/bots/model.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf, listCounts } from "../../../src/cli/report.ts";
import type { Row } from "../../../src/database/connection.ts";
import { AppError, type ExitCode } from "../../../src/errors.ts";
import { type Model, openModel, type Question } from "../../../src/model/model.ts";
import { readPrompt } from "../../../src/model/prompts.ts";
import { type Roles, readRoles } from "../../../src/queries/roles.ts";
import { assertThat, UnmetAssertion } from "../../../src/queue/effects.ts";
import { certificationAnswer, testAnswer } from "../answers/answers.ts";
import { promptsFolder, renderCertificationRequest, renderTestRequest } from "../answers/requests.ts";
import { type Bot, type BotResult, runBot } from "../bot.ts";
import { judgePair } from "../duplicates/judge-pair.ts";
import { writeOnce } from "../runs.ts";
import type { BotStore } from "../store.ts";
import { type ContentTable, refuseWithoutTable, saveToFile } from "./content.ts";
import { describeRequest } from "./describing.ts";
import { mostQuestions, refuseWithoutModel } from "./questions.ts";

export interface TestOptions {
    /** For bot:test. */
    readonly channel?: string | undefined;
    /** For bot:certification: the id of a certification. */
    readonly cert?: string | undefined;
    readonly difficulty?: string | undefined;
    /** How many questions the test gets. */
    readonly count?: number | undefined;
    /** Append to this file instead of the database. */
    readonly out?: string | undefined;
    /** Say what would be asked for, ask no model and write nothing. */
    readonly dryRun?: boolean | undefined;
    readonly printPrompt?: boolean | undefined;
    readonly yes?: boolean | undefined;
}

/** A multiple-choice question as a test stores it. */
interface ChoiceQuestion {
    readonly question: string;
    readonly options: readonly { readonly text: string; readonly isCorrect: boolean }[];
    readonly explanation: string;
    readonly difficulty: string;
    /** The question that it was made from, or the domain of the exam. */
    readonly questionId?: string;
    readonly domain?: string;
}

/** A test that gets questions. */
interface TestPlan {
    readonly id: string;
    readonly channelId: string;
    readonly name: string;
    readonly description: string;
    readonly passingScore: number;
    /** Those that it has. */
    readonly questions: readonly ChoiceQuestion[];
    /** As stored, NULL for a new test: it must be the same when the test is saved. */
    readonly stored: string | null;
}

const table: ContentTable = {
    name: "tests",
    set: "tests",
    columns: ["id", "channel_id", "channel_name", "title", "description", "questions", "passing_score", "version"],
};
const own = { test: "test-by-id", save: "save-test" } as const;
const shared = { certification: "certification-by-id", sources: "questions-for-test" } as const;

type Statements = Roles<keyof typeof own | keyof typeof shared>;

/** bot:test and bot:certification: gives the test of a channel or a certification more multiple-choice questions. */
export async function writeTests(
    context: Context,
    bot: string,
    kind: "test" | "certification",
    options: TestOptions,
): Promise<ExitCode> {
    const { count = 5, out, channel, cert } = options;
    if (count < 1 || count > mostQuestions) throw new AppError("usage", `--count must be 1 to ${mostQuestions}`);
    if (kind === "test" && channel === undefined)
        throw new AppError("usage", "no channel is named", { hint: "add `--channel=<channel>`" });
    if (kind === "certification" && cert === undefined)
        throw new AppError("usage", "no certification is named", {
            hint: "add `--cert=<id>`, such as `--cert=aws-saa`",
        });
    const readSql = (): Promise<Statements> => readRoles(context.root, { ...own, ...shared }, [undefined, table.set]);
    const planTest = kind === "test" ? planChannelTest : planCertificationTest;
    const plan = async (store: BotStore): Promise<TestRequest> =>
        planTest(store, await readSql(), { ...options, count });
    if (options.printPrompt || options.dryRun) {
        return describeRequest(context, options, kind, async (store) => {
            const { test, user } = await plan(store);
            return { user, what: `${countOf(count, "multiple-choice question")} for ${test.id}` };
        });
    }
    const settings = await readChosenModel(context);
    if (!settings) refuseWithoutModel();
    const model = openModel(settings);
    const before = async (store: BotStore): Promise<void> => {
        if (out === undefined) await refuseWithoutTable(store.connection, table);
        await plan(store);
    };
    return runBot(context, bot, { model, yes: options.yes, before }, async (started) => {
        const { test, user, ask } = await plan(started.store);
        const prompt = await readPrompt(fileURLToPath(promptsFolder), kind);
        const made = await ask(model, { name: kind, system: prompt.text, user, signal: started.patience });
        return addQuestions(started, await readSql(), test, made, out, {
            model: model.name,
            prompt: `${prompt.name} ${prompt.version}`,
        });
    });
}

type Asked = TestOptions & { readonly count: number };

/** What a model is asked for, and how its answer becomes questions of the test. */
interface TestRequest {
    readonly test: TestPlan;
    readonly user: string;
    readonly ask: (model: Model, question: Omit<Question<never>, "schema">) => Promise<readonly ChoiceQuestion[]>;
}

async function planChannelTest(store: BotStore, sql: Statements, options: Asked): Promise<TestRequest> {
    const { channel = "", count, out } = options;
    const test = await readPlan(store, sql, out, {
        ...{ id: `test-${channel}`, channelId: channel, name: `${toTitle(channel)} test`, passingScore: 70 },
        description: `Multiple-choice questions about ${toTitle(channel)}.`,
    });
    const used = test.questions.flatMap(({ questionId }) => questionId ?? []);
    const sources = await readOne(store, sql("sources", { channel, used: { items: used }, limit: 30 }));
    if (sources.length === 0) {
        throw new AppError("usage", `the channel '${channel}' has no active question that its test lacks`, {
            hint: "check its name, or write questions first: `pnpm bot:question --channel=<channel>`",
        });
    }
    const user = renderTestRequest({
        ...{ channel, count },
        questions: sources.map((row) => ({
            ...{ question: String(row.question), answer: String(row.answer), difficulty: String(row.difficulty) },
        })),
    });
    const schema = testAnswer(count, sources.length);
    return {
        ...{ test, user },
        ask: async (model, question) =>
            (await model.ask({ ...question, schema })).questions.map(({ source, ...made }) => ({
                ...made,
                questionId: String(sources[source - 1]?.id),
            })),
    };
}

const domainsShape = z.array(z.object({ id: z.string(), name: z.string(), weight: z.number() })).min(1);

async function planCertificationTest(store: BotStore, sql: Statements, options: Asked): Promise<TestRequest> {
    const { cert = "", count, out } = options;
    const [row] = await readOne(store, sql("certification", { certification_id: cert }));
    if (!row) {
        throw new AppError("usage", `there is no certification '${cert}'`, {
            hint: "list them: `SELECT id, name FROM certifications`; load the bundled ones with `pnpm db:seed certifications`",
        });
    }
    const domains = domainsShape.safeParse(JSON.parse(String(row.domains ?? "[]")));
    if (!domains.success) throw new AppError("usage", `the certification '${cert}' has no domains`);
    const test = await readPlan(store, sql, out, {
        ...{ id: `test-${cert}`, channelId: cert, name: String(row.name), passingScore: Number(row.passing_score) },
        description: `Multiple-choice questions for ${row.name}.`,
    });
    const domain = findNeediest(domains.data, test.questions);
    const difficulty = options.difficulty ?? (row.difficulty === "expert" ? "advanced" : String(row.difficulty));
    const user = renderCertificationRequest({
        certification: {
            ...{ name: String(row.name), provider: String(row.provider) },
            examCode: row.exam_code === null ? null : String(row.exam_code),
        },
        ...{ domain: { id: domain.id, name: domain.name }, difficulty, count },
        existingQuestions: test.questions.map(({ question }) => question),
    });
    const schema = certificationAnswer(count, [domain.id]);
    return { test, user, ask: async (model, question) => (await model.ask({ ...question, schema })).questions };
}

/** The domain that is furthest below its weight. */
function findNeediest(domains: z.output<typeof domainsShape>, questions: readonly ChoiceQuestion[]) {
    const total = domains.reduce((sum, { weight }) => sum + weight, 0);
    const lack = ({ id, weight }: { id: string; weight: number }): number =>
        (weight / total) * (questions.length + 1) - questions.filter(({ domain }) => domain === id).length;
    const [neediest] = [...domains].sort((one, other) => lack(other) - lack(one));
    if (!neediest) throw new Error("unreachable: there is at least one domain");
    return neediest;
}

async function readPlan(
    store: BotStore,
    sql: Statements,
    out: string | undefined,
    test: Omit<TestPlan, "questions" | "stored">,
): Promise<TestPlan> {
    const [row] = out === undefined ? await readOne(store, sql("test", { test_id: test.id })) : [];
    const stored = row === undefined ? null : String(row.questions);
    return { ...test, stored, questions: stored === null ? [] : (JSON.parse(stored) as ChoiceQuestion[]) };
}

async function readOne(store: BotStore, query: ReturnType<Statements>): Promise<readonly Row[]> {
    return (await store.read([query]))[0] ?? [];
}

const isSame = "the test is as it was read";

async function addQuestions(
    bot: Bot,
    sql: Statements,
    plan: TestPlan,
    made: readonly ChoiceQuestion[],
    out: string | undefined,
    origin: { readonly model: string; readonly prompt: string },
): Promise<BotResult> {
    const { context } = bot;
    const added: ChoiceQuestion[] = [];
    for (const question of made) {
        const texts = [...plan.questions, ...added].map((other) => other.question);
        const twin = texts.find((text) => judgePair(question.question, text).verdict === "duplicate");
        if (twin === undefined) added.push(question);
        else context.output.line(`Duplicate: ${question.question}`);
    }
    const duplicates = made.length - added.length;
    if (added.length > 0 && out !== undefined) await saveToFile(out, { ...plan, stored: undefined, questions: added });
    else if (added.length > 0) await save(bot, sql, plan, added, origin);
    for (const { question } of added)
        context.output.line(`${out === undefined ? "Added:    " : "Saved:    "} ${question}`);
    const others = listCounts([duplicates, "duplicate"]);
    const where = out === undefined ? `to ${plan.id}` : `to the file ${out}`;
    const what = out === undefined ? "Added" : "Saved";
    return {
        verdict: `${what} ${countOf(added.length, "question")} ${where}${others === "" ? "" : ` (${others})`}.`,
        summary: { asked: made.length, created: added.length, duplicates, test: plan.id },
        isFailed: added.length === 0,
    };
}

async function save(
    { store, run }: Bot,
    sql: Statements,
    plan: TestPlan,
    added: readonly ChoiceQuestion[],
    origin: object,
): Promise<void> {
    const questions = JSON.stringify([...plan.questions, ...added]);
    const isFirst = plan.stored === null;
    try {
        await writeOnce(store, run, isFirst ? { created: 1 } : { updated: 1 }, [
            assertThat("(SELECT questions FROM tests WHERE id = ?) IS ?", isSame, [plan.id, plan.stored]),
            store.sql("setWriter", { source_name: run.bot, event_type: null }),
            sql("save", {
                ...{ test_id: plan.id, channel_id: plan.channelId, channel_name: plan.name, title: plan.name },
                ...{ description: plan.description, questions, passing_score: plan.passingScore },
            }),
            store.sql("record", {
                ...{ bot: run.bot, action: isFirst ? "create" : "update", item_type: "test", item_id: plan.id },
                before_state: isFirst ? null : JSON.stringify({ count: plan.questions.length }),
                after_state: JSON.stringify({ added, ...origin }),
                reason: null,
            }),
            store.sql("clearWriter"),
        ]);
    } catch (error) {
        if (!(error instanceof UnmetAssertion)) throw error;
        throw new AppError("usage", `${plan.id} was changed by another writer meanwhile`, {
            hint: "run it again",
            outcome: "Nothing was written.",
        });
    }
}

function toTitle(slug: string): string {
    const words = slug.replaceAll("-", " ");
    return words.charAt(0).toUpperCase() + words.slice(1);
}
