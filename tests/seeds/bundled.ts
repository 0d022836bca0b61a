import { readdirSync, readFileSync } from "node:fs";

export interface BundledQuestion {
    readonly id: string;
    readonly question: string;
    readonly answer: string;
    readonly explanation: string;
    readonly diagram?: string | null;
    readonly difficulty: string;
    readonly tags: readonly string[];
    readonly channel: string;
    readonly subChannel: string;
    readonly [field: string]: unknown;
}

const folder = new URL("../../seeds/data/", import.meta.url);

/** Every question of the bundled seed, in the order of its files, and the channels that name a file. */
export function readQuestions(): { questions: BundledQuestion[]; files: string[] } {
    const files = readdirSync(new URL("questions/", folder)).sort();
    const questions = files.flatMap(
        (file) => JSON.parse(readFileSync(new URL(`questions/${file}`, folder), "utf8")) as BundledQuestion[],
    );
    return { questions, files: files.map((file) => file.replace(/\.json$/, "")) };
}

/** Its mappings as `channel/sub-channel/id`. */
export function readMappings(): string[] {
    const { channels } = JSON.parse(readFileSync(new URL("channel-mappings.json", folder), "utf8")) as {
        channels: Record<string, { subChannels: Record<string, string[]> }>;
    };
    return Object.entries(channels).flatMap(([channel, { subChannels }]) =>
        Object.entries(subChannels).flatMap(([sub, ids]) => ids.map((id) => `${channel}/${sub}/${id}`)),
    );
}

/** Every three words that follow each other in a text, in lower case. */
export function listTrigrams(text: string): Set<string> {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return new Set(words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`));
}

/** How much two sets share, from 0 to 1. */
export function measureJaccard(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
    let shared = 0;
    for (const item of left) if (right.has(item)) shared++;
    return shared === 0 ? 0 : shared / (left.size + right.size - shared);
}
