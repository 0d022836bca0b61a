import { describe, expect, test } from "vitest";
import { readStatisticsFiles } from "../../src/statistics/files.ts";
import { root } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";

describe("the files of operations/statistics/", () => {
    test("are read in their order, each with a sentence that says what it shows", async () => {
        const files = await readStatisticsFiles(root);
        expect(files.map(({ name }) => name)).toEqual(["growth", "queue", "bots"]);
        for (const { title } of files) expect(title).toMatch(/^[A-Z][a-z]+: .+\.$/);
        expect(await readStatisticsFiles(writeProject({}))).toEqual([]);
    });

    test.each([
        [
            "queue.sql",
            "-- Queue.\nSELECT 1;",
            "operations/statistics/queue.sql:1: is not named as the files of operations/statistics/ are",
        ],
        ["010-queue.sql", "-- Queue.\n", "operations/statistics/010-queue.sql:1: has no statement"],
        ["010-queue.sql", "SELECT 1;", "operations/statistics/010-queue.sql:1: does not say what it is"],
        [
            "010-queue.sql",
            "-- Queue.\nSELECT 1;\nSELECT 2;",
            "operations/statistics/010-queue.sql:3: has a second statement",
        ],
        ["010-queue.sql", "-- Queue.\nDELETE FROM t;", "operations/statistics/010-queue.sql:2: is not a query"],
        [
            "010-queue.sql",
            "-- Queue.\nSELECT\n:then;",
            "operations/statistics/010-queue.sql:3: the parameter ':then' has no value",
        ],
        [
            "010-queue.sql",
            "-- Queue.\nSELECT 'a;",
            "operations/statistics/010-queue.sql:2: the literal, name or comment is never closed",
        ],
    ])("are refused by file and line where they are wrong: %s (%#)", async (name, text, message) => {
        const wrong = readStatisticsFiles(writeProject({ [`operations/statistics/${name}`]: text }));
        await expect(wrong).rejects.toMatchObject({
            ...{ code: "invalid-files", message: "the files of operations/statistics/ have a problem" },
            details: [message, expect.stringMatching(/^ {4}\w/)],
        });
    });
});
