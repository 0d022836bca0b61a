import type { Finding } from "../rules/question.ts";
import type { BotStore } from "../store.ts";
import type { StoredQuestion } from "../stored.ts";
import { judgePair } from "./judge-pair.ts";

/** What verifying questions needs to know of others: read in one request, however many they are. */
export interface Surroundings {
    /** The older active questions of the same channel that a question repeats, as findings. */
    findRepeats(question: StoredQuestion): readonly Finding[];
    /** How often the processor has changed it in the last 7 days. */
    countEdits(id: string): number;
}

/** Reads them for some questions. */
export async function readSurroundings(store: BotStore, questions: readonly StoredQuestion[]): Promise<Surroundings> {
    const { sql, read } = store;
    const channels = [...new Set(questions.map(({ draft }) => draft.channel))];
    const [others = [], edits = []] = await read([
        sql("ofChannels", { channels: { items: channels } }),
        sql("recentEdits", { bot: "processor", question_ids: { items: questions.map(({ id }) => id) } }),
    ]);
    const counts = new Map(edits.map((row) => [String(row.id), Number(row.edits)]));
    const rivals = others.map((row) => ({
        ...{ id: String(row.id), channel: String(row.channel), text: String(row.text) },
        createdAt: String(row.created_at),
    }));
    return {
        countEdits: (id) => counts.get(id) ?? 0,
        findRepeats: ({ id, createdAt, draft }) =>
            rivals
                // Of two that ask the same, the newer one goes.
                .filter((rival) => rival.channel === draft.channel && isOlder(rival, { id, createdAt }))
                .flatMap((rival): Finding[] => {
                    const { verdict, jaccard } = judgePair(draft.question, rival.text);
                    const alike = `${rival.id} (${Math.round(jaccard * 100)} % of the words)`;
                    if (verdict === "new") return [];
                    return verdict === "duplicate"
                        ? [{ issue: "likely_duplicate", severity: "error", message: `It repeats ${alike}.` }]
                        : [{ issue: "potential_duplicate", severity: "warning", message: `It resembles ${alike}.` }];
                }),
    };
}

/** Whether a question was added before another; of two at the same moment the lower id comes first. */
export function isOlder(
    one: { readonly id: string; readonly createdAt: string },
    other: { readonly id: string; readonly createdAt: string },
): boolean {
    return one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id);
}
