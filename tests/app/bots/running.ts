import type { Client, InValue } from "@libsql/client";
import type { BotOptions } from "../../../app/bots/worker-options.ts";
import type { NewQuestion } from "../../../app/bots/writing/saving.ts";
import type { Context } from "../../../src/cli/program.ts";
import type { ExitCode } from "../../../src/errors.ts";
import { readRows, type Values } from "../../product/rows.ts";
import { root } from "../../support/deployed.ts";
import { type Ran, runHere } from "../../support/here.ts";
import type { ModelServer } from "../../support/model-server.ts";
import type { TestDatabase } from "../../support/targets.ts";
import { newQuestion } from "./stores.ts";

/** A key that must never be printed or stored. */
export const secretKey = "sk-test-7f3a9c1e5b2d8046";

/** Runs a bot on a test database, as its command does. */
export function runBotHere<Options extends BotOptions>(
    bot: (context: Context, options: Options) => Promise<ExitCode>,
    database: TestDatabase,
    options: Options,
    more: { model?: ModelServer; env?: Readonly<Record<string, string>>; json?: boolean; signal?: AbortSignal } = {},
): Promise<Ran> {
    const { model, env = {}, json = false, signal } = more;
    const chosen = model && { LLM_BASE_URL: model.url, LLM_MODEL: "example", LLM_API_KEY: secretKey };
    return runHere((context) => bot(context, options), {
        ...{ root, url: database.url, json, env: { ...chosen, ...env } },
        ...(signal ? { signal } : {}),
    });
}

/** A stored question that every rule accepts, with its text made of other words than any other one's. */
export async function insertQuestion(
    client: Client,
    id: string,
    more: Partial<NewQuestion> & { readonly status?: string; readonly createdAt?: string } = {},
): Promise<void> {
    const { status = "active", createdAt = "2026-01-01T00:00:00.000Z", ...content } = more;
    const row = newQuestion(`${id} the ${spell(id)}`, content);
    await client.execute({
        sql: `INSERT INTO questions (id, question, answer, explanation, diagram, difficulty, tags, channel, sub_channel, companies,
            status, created_at, voice_suitable, voice_keywords, relevance_score, is_new)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '["lock"]', 41, 0)`,
        args: [
            ...[id, row.question, row.answer, row.explanation, row.diagram, row.difficulty, JSON.stringify(row.tags)],
            ...[row.channel, row.subChannel, JSON.stringify(row.companies), status, createdAt],
        ],
    });
}

// Words that no two ids share.
function spell(id: string): string {
    return Array.from({ length: 12 }, (_, at) => `${id.replace(/\W/g, "")}word${at}`).join(" ");
}

/** Adds a job as other programs do, with the documented columns; gives its id. */
export async function insertJob(
    client: Client,
    action: string,
    item: string,
    more: { reason?: string; bot?: string; type?: string } = {},
): Promise<number> {
    const { reason = null, bot = action === "verify" ? "verifier" : "processor", type = "question" } = more;
    const args: InValue[] = [type, item, action, reason, bot];
    const sql =
        "INSERT INTO work_queue (item_type, item_id, action, reason, assigned_to) VALUES (?, ?, ?, ?, ?) RETURNING id";
    return Number((await client.execute({ sql, args })).rows[0]?.id);
}

/** A job with the columns that say what became of it. */
export async function readJob(client: Client, id: number): Promise<Values> {
    const sql = `SELECT status, attempts, locked_until, result,
        (julianday(run_after) - julianday('now')) * 86400 AS pause FROM work_queue WHERE id = ?`;
    const [row] = await readRows(client, sql, [id]);
    return row ?? {};
}

/** All that a question has. */
export async function readQuestion(client: Client, id: string): Promise<Values> {
    const [row] = await readRows(client, "SELECT * FROM questions WHERE id = ?", [id]);
    return row ?? {};
}

/** Everything that is stored, as one text to search. */
export async function dumpDatabase(client: Client): Promise<string> {
    const tables = ["questions", "work_queue", "bot_ledger", "bot_runs", "question_history"];
    return JSON.stringify(await Promise.all(tables.map((table) => readRows(client, `SELECT * FROM ${table}`))));
}

/** The edit of a model that changes nothing but these columns. */
export function answerEdit(changes: object, summary = "Completed the answer."): object {
    const columns = ["question", "answer", "explanation", "diagram", "difficulty", "tags", "companies", "eli5", "tldr"];
    return { ...Object.fromEntries(columns.map((column) => [column, null])), summary, ...changes };
}

/** The six scores of a model, all alike but for those that are given. */
export function answerScores(score: number, more: Readonly<Record<string, number>> = {}): object {
    const names = ["technicalAccuracy", "clarity", "completeness", "practicalRelevance", "structureQuality"];
    const dimension = (name: string): object => ({ score: more[name] ?? score, feedback: `About ${name}.` });
    return {
        ...Object.fromEntries([...names, "difficultyCalibration"].map((name) => [name, dimension(name)])),
        ...{ overallAssessment: "It is as it is.", topImprovements: ["Name the trade-offs."] },
    };
}
