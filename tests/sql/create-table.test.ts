import { describe, expect, test } from "vitest";
import { describeCheck, explainRefusal } from "../../src/sql/checks.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";

const runs = `CREATE TABLE runs (
    status TEXT CONSTRAINT runs_status_is_known CHECK (status IN ('running', 'done')),
    turns INTEGER CONSTRAINT runs_turns_is_not_negative CHECK (turns >= 0),
    kind TEXT CONSTRAINT runs_kind_is_known CHECK (kind = 'day' OR "kind" = 'night'),
    stage TEXT CONSTRAINT runs_stage_follows CHECK (stage = 'first' OR turns = 2)
)`;

describe("the message of a refused row", () => {
    test.each([
        [
            "CHECK constraint failed: runs_status_is_known",
            'CHECK constraint failed: runs_status_is_known (status: "running", "done")',
        ],
        ["CHECK constraint failed: runs_turns_is_not_negative", "CHECK constraint failed: runs_turns_is_not_negative"],
        [
            "CHECK constraint failed: runs_kind_is_known",
            'CHECK constraint failed: runs_kind_is_known (kind: "day", "night")',
        ],
        ["CHECK constraint failed: runs_stage_follows", "CHECK constraint failed: runs_stage_follows"],
        ["CHECK constraint failed: other_is_known", "CHECK constraint failed: other_is_known"],
        ["UNIQUE constraint failed: runs.status", "UNIQUE constraint failed: runs.status"],
    ])("shows the allowed values of a CHECK that lists them: %s", (message, explained) => {
        const index = "CREATE INDEX runs_status_is_known_too ON runs (status)";
        expect(explainRefusal(message, [null, index, runs])).toBe(explained);
    });

    test("names a CHECK alone where it is not known", () => {
        expect(describeCheck("runs_status_is_known", [])).toBe("runs_status_is_known");
        expect(describeCheck("runs_status_is_known", readTableDefinition(runs).checks)).toBe(
            'runs_status_is_known (status: "running", "done")',
        );
    });
});
