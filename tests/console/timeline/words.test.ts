import { describe, expect, test } from "vitest";
import { compareTexts, type TextPart } from "../../../src/console/timeline/words.ts";

/** Writes a comparison as `equal [before→after] equal`. */
function show(before: string, after: string): string | undefined {
    const parts = compareTexts(before, after);
    return parts?.map((part) => (part.isChange ? `[${part.before}→${part.after}]` : part.text)).join("");
}

function rebuild(parts: readonly TextPart[]): [string, string] {
    return [
        parts.map((part) => (part.isChange ? part.before : part.text)).join(""),
        parts.map((part) => (part.isChange ? part.after : part.text)).join(""),
    ];
}

describe("two texts are compared", () => {
    test.each([
        ["word by word", "one two three four", "one two five four", "one two [three→five] four"],
        [
            "with one equal word between two changes joining them",
            "a b c d e f g",
            "a b X d Y f g",
            "a b [c d e→X d Y] f g",
        ],
        ["with two equal words keeping them apart", "a b c d e f g h", "a X c d Y f g h", "a [b→X] c d [e→Y] f g h"],
        [
            "with signs apart from words",
            "the log has been applied.",
            "the log has been applied!",
            "the log has been applied[.→!]",
        ],
        ["with blanks that differ", "the log has\nbeen", "the log has been", "the log has[\n→ ]been"],
        ["as a whole where both are short", "active", "flagged", "[active→flagged]"],
        ["where one is empty", "", "flagged", "[→flagged]"],
        ["where they are equal", "the same", "the same", "the same"],
    ])("%s", (_, before, after, shown) => {
        expect(show(before, after)).toBe(shown);
    });

    test("not at all where they have less than 35 % of their words in common", () => {
        const before = "Threads are slow in Python; use processes.";
        expect(show(before, "The GIL serializes CPU-bound threads; use processes or native code.")).toBeUndefined();
        expect(show(before, "Threads are slow in Python; use one process or native code.")).toContain(
            "Threads are slow",
        );
    });

    test("line by line where too many words differ", () => {
        const lines = Array.from({ length: 400 }, (_, at) => `line ${at} has words of its own`);
        const after = lines.map((line, at) => (at % 2 ? line : `${line.replaceAll(" ", "_ ")} `));
        const parts = compareTexts(lines.join("\n"), after.join("\n"), 450) ?? [];
        expect(parts.length).toBeGreaterThan(100);
        expect(rebuild(parts)).toEqual([lines.join("\n"), after.join("\n")]);
    });

    test("so that the parts give both texts again, whatever they are", () => {
        const words = ["the", "log", "é", "😀", "\n\n", "  ", ".", "<b>", "a_b", "日本", ""];
        let seed = 7;
        const next = (): number => {
            seed = (seed * 48_271) % 2_147_483_647;
            return seed / 2_147_483_647;
        };
        const write = (): string =>
            Array.from({ length: next() * 30 }, () => words[Math.floor(next() * words.length)]).join(
                next() > 0.5 ? " " : "",
            );
        let compared = 0;
        for (let round = 0; round < 500; round++) {
            const [before, after] = [write(), write()];
            const parts = compareTexts(before, after);
            if (!parts) continue;
            compared++;
            expect(rebuild(parts)).toEqual([before, after]);
        }
        expect(compared).toBeGreaterThan(100);
    });

    test.each([
        ["with scattered changes", (word: string, at: number) => (at % 40 === 0 ? `${word}x` : word)],
        ["that is another one", (word: string) => `${word}x`],
        ["with each fifth word changed", (word: string, at: number) => (at % 5 === 0 ? `${word}x` : word)],
    ])("of 200 KB %s within a second of the processor", (_, edit) => {
        const words = Array.from({ length: 33_000 }, (_, at) => `w${(at * 7_919) % 5_000}`);
        const [before, after] = [words.join(" "), words.map(edit).join(" ")];
        expect(before.length).toBeGreaterThan(190_000);
        const started = process.cpuUsage();
        const parts = compareTexts(before, after);
        const { user, system } = process.cpuUsage(started);
        expect((user + system) / 1_000).toBeLessThan(1_000);
        if (parts) expect(rebuild(parts)).toEqual([before, after]);
    });
});
