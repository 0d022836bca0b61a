/** Returns numbers from 0 to below 1. */
export type Random = () => number;

/** A sequence that is the same on every machine and in every run. */
export function createRandom(seed: number): Random {
    let state = seed;
    return () => {
        // mulberry32
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** One of the items; those at the front come more often the greater `skew` is. */
export function pick<Item>(random: Random, items: readonly Item[], skew = 1): Item {
    const item = items[Math.floor(random() ** skew * items.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
}

const common = (
    "the a of to and in is that for with on as by from at it be this which when each before after between without " +
    "can must should will not only more than into while because how why what request server cluster node service " +
    "queue index query cache thread memory latency throughput deploy rollback schema token client replica shard " +
    "partition timeout retry failure load balance gradient tensor model container image volume policy role key"
).split(" ");

const syllables = (
    "ba be bi bo bra ca ce co cra da de di dor du fa fe fi flo ga gen gi gra ha hel im in jo ka ken la le lin lo mar me " +
    "mi mon na ne nor o pa pe pla pro qua ra re ri ron sa se sha si sol sta su ta te ter ti tor tra u va ver vi vo wa zen"
).split(" ");

/** Six thousand words, so that texts neither repeat nor compress better than those that people write. */
const rare = makeWords(createRandom(7), 6_000);

function makeWords(random: Random, count: number): string[] {
    const words = new Set<string>();
    while (words.size < count) {
        const length = 2 + Math.floor(random() * 3);
        words.add(Array.from({ length }, () => pick(random, syllables)).join(""));
    }
    return [...words];
}

/** A word as they stand in texts: every other one is common. */
export function makeWord(random: Random): string {
    return random() < 0.45 ? pick(random, common, 1.5) : pick(random, rare, 1.8);
}

/** Sentences, until they have at least `length` characters together. */
export function makeText(random: Random, length: number): string {
    let text = "";
    while (text.length < length) text += `${text === "" ? "" : " "}${makeSentence(random)}`;
    return text;
}

/** A sentence of 6 to 18 words; some hold code, dashes or letters beyond ASCII, as the real ones do. */
export function makeSentence(random: Random, end = "."): string {
    const words = Array.from({ length: 6 + Math.floor(random() * 13) }, () => makeWord(random));
    const middle = Math.floor(words.length / 2);
    const chance = random();
    if (chance < 0.1) words[middle] = `\`${words[middle]}\``;
    else if (chance < 0.18) words[middle] = `“${words[middle]}” —`;
    else if (chance < 0.4) words[middle] += ",";
    const [first = ""] = words;
    return `${first.charAt(0).toUpperCase()}${first.slice(1)} ${words.slice(1).join(" ")}${end}`;
}
