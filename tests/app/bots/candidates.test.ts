import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readCandidates } from "../../../app/bots/writing/candidates.ts";
import { makeFolder } from "../../support/project.ts";

const question =
    '{"question":"q","answer":"caf\xe9","explanation":"e","channel":"linux","difficulty":"beginner","tags":[]}';

test("refuses questions of people that are not UTF-8, or that have a key twice, with their place", async () => {
    const file = path.join(makeFolder(), "q.json");
    writeFileSync(file, Buffer.from(`[\n${question}]`, "latin1"));
    await expect(readCandidates(file)).rejects.toMatchObject({
        message: `'${file}' cannot be read: ${file}:2: it is not UTF-8 (byte E9)`,
        outcome: "Nothing was saved.",
    });
    writeFileSync(file, `[${question}, ${question.replace("{", '{"channel":"unix",')}]`);
    await expect(readCandidates(file)).rejects.toMatchObject({
        message: `${file}: question 2: the key 'channel' is there twice`,
    });
    writeFileSync(file, `\ufeff${question}`);
    expect(await readCandidates(file)).toMatchObject([{ answer: "caf\xe9" }]);
});
