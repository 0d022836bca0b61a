import { expect, test } from "vitest";
import { countEdits, findSimilar, suggest } from "../../src/text/similar.ts";

test("counts letters that are added, missing, replaced or swapped", () => {
    const edits = [
        ["", "abc"],
        ["chanel", "channel"],
        ["uesrs", "users"],
        ["kitten", "sitting"],
        ["same", "same"],
    ].map(([one = "", other = ""]) => countEdits(one, other));
    expect(edits).toEqual([3, 1, 1, 3, 0]);
});

test("suggests the closest name, and none that is too far", () => {
    const names = ["questions-by-channel", "questions-by-tag", "users"];
    expect(suggest("questions-by-chanel", names)).toBe(" (Did you mean 'questions-by-channel'?)");
    expect(suggest("Usres", names)).toBe(" (Did you mean 'users'?)");
    expect(suggest("xyz", names)).toBe("");
    expect(findSimilar("questions-by-chnl", names, 2)).toBeUndefined();
});
