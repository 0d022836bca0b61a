import { fileURLToPath } from "node:url";
import { noModel, readChosenModel } from "../../../src/cli/bots/model.ts";
import { openForWriting, refuseUndeployed, withConnection } from "../../../src/cli/open.ts";
import type { Context } from "../../../src/cli/program.ts";
import { conclude, countOf, listCounts } from "../../../src/cli/report.ts";
import { AppError, type ExitCode, exitCodes } from "../../../src/errors.ts";
import { ModelFault } from "../../../src/model/fault.ts";
import { openModel } from "../../../src/model/model.ts";
import { readPrompt } from "../../../src/model/prompts.ts";
import { promptsFolder } from "../answers/requests.ts";
import { type Bot, type BotResult, runBot } from "../bot.ts";
import { writeOnce } from "../runs.ts";
import { openStore } from "../store.ts";
import { describeEnd, printLine } from "../working.ts";
import { relateBySimilarity, selectRelationships } from "./relating.ts";
import { nameSessions, type SessionPrompts } from "./session-naming.ts";
import { limitPlan, planSessions, type SessionPlan } from "./session-plan.ts";
import { type SessionChanges, writeSessions } from "./session-writing.ts";
import { openVoiceReader, type VoiceChannel } from "./voice-channel.ts";

export interface SessionsOptions {
    readonly channel?: string;
    /** At most so many sessions are added or changed. */
    readonly limit?: number;
    readonly dryRun?: boolean;
    readonly yes?: boolean;
}

/** What became of a channel, as it is printed. */
interface ChannelLine {
    readonly channel: string;
    readonly questions: number;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly relationships: number;
    /** Why nothing was written. */
    readonly problem?: string;
}

/**
 * bot:sessions: arranges the active questions that are suitable for voice in sessions, channel by channel, and relates them to
 * each other. What is as it should be is not written.
 */
export async function prepareSessions(context: Context, options: SessionsOptions): Promise<ExitCode> {
    if (options.limit === 0) throw new AppError("usage", "--limit must be 1 or more");
    const settings = await readChosenModel(context);
    const model = settings && openModel(settings);
    if (model === undefined)
        context.output.note(`${noModel} Questions are related by similarity, and sessions named after sub-channels.`);
    if (options.dryRun) return describeSessions(context, options, model !== undefined);
    const folder = fileURLToPath(promptsFolder);
    const prompts = { edges: await readPrompt(folder, "sessions"), topic: await readPrompt(folder, "session-topic") };
    return runBot(context, "sessions", { model, yes: options.yes }, (bot) => prepareChannels(bot, options, prompts));
}

async function prepareChannels(bot: Bot, options: SessionsOptions, prompts: SessionPrompts): Promise<BotResult> {
    const { context, store, run, model } = bot;
    const reader = await openVoiceReader(context.root, store);
    const channels = await reader.findChannels(options.channel);
    if (channels.length === 0) return { verdict: `${describeNone(options)} Nothing was changed.` };
    const lines: ChannelLine[] = [];
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    let unchanged = 0;
    let fault: ModelFault | undefined;
    for (const name of channels) {
        if (context.signal.aborted || fault || left === 0) break;
        const channel = await reader.readChannel(name);
        const plan = limitPlan(planChannel(context, channel, model !== undefined), left);
        let line: ChannelLine = { ...countPlan(channel, plan), relationships: 0 };
        try {
            const changes = await planChanges(bot, channel, plan, prompts);
            if (changes === undefined) unchanged += channel.questions.length;
            else {
                const isWritten = await writeSessions(bot, channel, changes);
                line = isWritten
                    ? { ...line, relationships: changes.relationships.length }
                    : { ...line, problem: "it changed meanwhile; run the bot again" };
                if (isWritten) left -= plan.saves.length;
            }
        } catch (error) {
            if (!(error instanceof ModelFault) || bot.patience.aborted) throw error;
            if (error.endsRun || error.wait !== undefined) fault = error;
            else line = { ...line, problem: `${error.code}: ${error.message}` };
        }
        if (fault) break;
        lines.push(line);
        printChannel(context, line);
    }
    if (unchanged > 0) {
        await writeOnce(store, run, { processed: unchanged }, []);
    }
    return report(bot, lines, fault, prompts);
}

/** Gives what a channel lacks; undefined where there is nothing. */
async function planChanges(
    { patience, model }: Bot,
    channel: VoiceChannel,
    plan: SessionPlan,
    prompts: SessionPrompts,
): Promise<SessionChanges | undefined> {
    const { edges, topic } = prompts;
    const { saves, proposed } = model
        ? await nameSessions(model, prompts, channel, plan.saves, patience)
        : { saves: plan.saves, proposed: relateBySimilarity(channel.questions, channel.vectors) };
    const origin = model
        ? { llm: true, model: model.name, prompts: { sessions: edges.version, "session-topic": topic.version } }
        : { llm: false };
    const relationships = selectRelationships(proposed, channel.relationships, channel.prerequisites);
    const { removals } = plan;
    if (saves.length + removals.length + relationships.length === 0) return undefined;
    return { saves, removals, relationships, origin };
}

function planChannel(context: Context, { name, questions, sessions }: VoiceChannel, hasModel: boolean): SessionPlan {
    const plan = planSessions(name, questions, sessions, hasModel);
    if (plan.kept > 0)
        context.output.note(
            `${name}: ${countOf(plan.kept, "session")} of other questions stay, because no model can describe them again.`,
        );
    return plan;
}

function report(
    { context }: Bot,
    lines: readonly ChannelLine[],
    fault: ModelFault | undefined,
    prompts: SessionPrompts,
): BotResult {
    const { said, summary } = describeEnd(fault, context.signal.aborted);
    const written = lines.filter(({ problem }) => problem === undefined);
    const sum = (name: "added" | "changed" | "removed" | "relationships"): number =>
        written.reduce((total, line) => total + line[name], 0);
    const counts = { added: sum("added"), changed: sum("changed"), removed: sum("removed") };
    const relationships = sum("relationships");
    const failed = lines.length - written.length;
    const changes = listCounts(
        [counts.added, "session added", "sessions added"],
        [counts.changed, "session changed", "sessions changed"],
        [counts.removed, "session removed", "sessions removed"],
        [relationships, "relationship added", "relationships added"],
        [failed, "channel left out", "channels left out"],
    );
    return {
        verdict: `Went through ${countOf(lines.length, "channel")}: ${changes || "nothing to change"}.${said}`,
        summary: { channels: lines.length, ...counts, relationships, failed, ...summary },
        details: { lines },
        prompts: { sessions: prompts.edges.version, "session-topic": prompts.topic.version },
        isFailed: failed > 0 && written.length === 0,
    };
}

async function describeSessions(context: Context, options: SessionsOptions, hasModel: boolean): Promise<ExitCode> {
    const { connection } = await openForWriting(context, { dryRun: true });
    return withConnection(connection, async () => {
        await refuseUndeployed(context, connection, "voice_sessions");
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const reader = await openVoiceReader(context.root, store);
        const channels = await reader.findChannels(options.channel);
        const lines: (ChannelLine & { readonly sessions: readonly string[] })[] = [];
        let left = options.limit ?? Number.MAX_SAFE_INTEGER;
        for (const name of channels) {
            if (left === 0) break;
            const channel = await reader.readChannel(name);
            const plan = limitPlan(planChannel(context, channel, hasModel), left);
            left -= plan.saves.length;
            // What a model would relate, only a model can say.
            const proposed = hasModel ? [] : relateBySimilarity(channel.questions, channel.vectors);
            const relationships = selectRelationships(proposed, channel.relationships, channel.prerequisites).length;
            const line = { ...countPlan(channel, plan), relationships };
            printChannel(context, line);
            for (const { session, isNamedByModel } of plan.saves)
                printLine({ context }, [
                    ...["   ", session.id, isNamedByModel ? "(to be named by the model)" : session.topic],
                    countOf(session.questionIds.length, "question"),
                ]);
            lines.push({ ...line, sessions: plan.saves.map(({ session }) => session.id) });
        }
        const what =
            channels.length === 0 ? describeNone(options) : `Went through ${countOf(lines.length, "channel")}.`;
        conclude(context, connection, `Dry run: ${what} Nothing was changed.`, {
            ...{ bot: "sessions", dryRun: true, lines },
        });
        return exitCodes.done;
    });
}

function countPlan({ name, questions }: VoiceChannel, { saves, removals }: SessionPlan): ChannelLine {
    const added = saves.filter(({ before }) => before === undefined).length;
    return {
        ...{ channel: name, questions: questions.length, added, changed: saves.length - added },
        ...{ removed: removals.length, relationships: 0 },
    };
}

function printChannel(context: Context, line: ChannelLine): void {
    const { channel, questions, added, changed, removed, relationships, problem } = line;
    const changes = listCounts(
        [added, "session added", "sessions added"],
        [changed, "changed", "changed"],
        [removed, "removed", "removed"],
        [relationships, "relationship", "relationships"],
    );
    const said = problem === undefined ? changes || "unchanged" : `left out: ${problem}`;
    printLine({ context }, [channel, countOf(questions, "question"), said]);
}

function describeNone({ channel }: SessionsOptions): string {
    const where = channel === undefined ? "" : ` of '${channel}'`;
    return `No active question${where} is suitable for voice.`;
}
