import { type BotStore, openStore, type StoreOptions } from "../../../app/bots/store.ts";
import type { NewQuestion } from "../../../app/bots/writing/saving.ts";
import { openTestConnection, root } from "../../support/deployed.ts";
import type { Address } from "../../support/targets.ts";

/** What bots work with, on a connection of its own. */
export async function openTestStore(address: Address, options: Partial<StoreOptions> = {}): Promise<BotStore> {
    const connection = await openTestConnection(address);
    return openStore(root, connection, { random: () => 0.5, signal: new AbortController().signal, ...options });
}

/** A question that every rule accepts; `topic` makes it unlike the others. */
export function newQuestion(topic: string, more: Partial<NewQuestion> = {}): NewQuestion {
    return {
        question: `How does ${topic} behave?`,
        answer: `With ${topic}, the second writer waits for the first, reads the row again and then decides whether its own change still makes sense.`,
        explanation: `The order of the writers decides what ${topic} keeps. A reader in between sees the old value until the first writer commits, and the second one must not rely on what it read before.`,
        channel: "database",
        subChannel: "transactions",
        difficulty: "intermediate",
        tags: ["transactions", "locking"],
        companies: [],
        diagram: null,
        voiceSuitable: true,
        voiceKeywords: ["lock", "commit"],
        ...more,
    };
}
