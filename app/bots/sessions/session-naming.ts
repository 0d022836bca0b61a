import type { Model } from "../../../src/model/model.ts";
import type { Prompt } from "../../../src/model/prompts.ts";
import { edgesAnswer, topicAnswer } from "../answers/answers.ts";
import { renderEdgesRequest, renderTopicRequest } from "../answers/requests.ts";
import type { Relationship } from "./relating.ts";
import type { SessionSave } from "./session-plan.ts";
import type { VoiceChannel } from "./voice-channel.ts";

/** The prompts of the bot. */
export interface SessionPrompts {
    readonly edges: Prompt;
    readonly topic: Prompt;
}

/**
 * Asks a model about each session that it should name: how its questions relate to each other, and what it is about.
 *
 * @throws ModelFault; the reason of the signal
 */
export async function nameSessions(
    model: Model,
    { edges: edgesPrompt, topic: topicPrompt }: SessionPrompts,
    channel: VoiceChannel,
    saves: readonly SessionSave[],
    signal: AbortSignal,
): Promise<{ readonly saves: readonly SessionSave[]; readonly proposed: readonly Relationship[] }> {
    const questions = new Map(channel.questions.map((question) => [question.id, question]));
    const named: SessionSave[] = [];
    const proposed: Relationship[] = [];
    for (const save of saves) {
        if (!save.isNamedByModel) {
            named.push(save);
            continue;
        }
        const ids = save.session.questionIds;
        const asked = ids.flatMap((id) => questions.get(id) ?? []);
        const { edges } = await model.ask({
            ...{ schema: edgesAnswer(asked.length), name: "sessions", system: edgesPrompt.text, signal },
            user: renderEdgesRequest({
                channel: channel.name,
                questions: asked.map(({ text: question, difficulty, subChannel }) => ({
                    ...{ question, difficulty, subChannel },
                })),
            }),
        });
        for (const { source, target, type, strength } of edges)
            proposed.push({ source: ids[source - 1] ?? "", target: ids[target - 1] ?? "", type, strength });
        const { topic, description } = await model.ask({
            ...{ schema: topicAnswer, name: "session-topic", system: topicPrompt.text, signal },
            user: renderTopicRequest({ channel: channel.name, questions: asked.map(({ text }) => text) }),
        });
        named.push({ ...save, session: { ...save.session, topic, description } });
    }
    return { saves: named, proposed };
}
