import { describe, expect, test } from "vitest";
import {
    findRate,
    findReach,
    findTop,
    listTicks,
    listWeeks,
    type TableGrowth,
} from "../../../src/console/growth/figures.ts";

const now = "2026-11-29T10:00:00.000Z";
const grown = (added: readonly number[], more: Partial<TableGrowth> = {}): TableGrowth => ({
    ...{ table: "t", rows: 100, problem: undefined, large: 200, expected: undefined },
    ...{ time: { column: "created_at", index: "first" }, added },
    ...more,
});

test("weeks begin on Monday, the present one last", () => {
    const weeks = listWeeks(now);
    expect(weeks).toHaveLength(52);
    expect([weeks[0], weeks.at(-1)]).toEqual(["2025-12-01", "2026-11-23"]);
    expect(listWeeks("2026-11-30T00:00:00.000Z").at(-1)).toBe("2026-11-30");
});

test("the rate is the mean of the last eight whole weeks", () => {
    expect(findRate([99, 8, 0, 8, 0, 8, 0, 8, 0, 1_000])).toBe(4);
    expect(findRate([7])).toBe(0);
    expect(findRate([2, 4, 900])).toBe(3);
});

describe("the day at which a table is large", () => {
    test.each<[string, TableGrowth, unknown]>([
        ["is 70 days away", grown(Array(52).fill(10)), { kind: "day", day: "2027-02-07", isSoon: true }],
        ["is over 90 days away", grown(Array(52).fill(5)), { kind: "day", day: "2027-04-18", isSoon: false }],
        ["was reached", grown([0], { rows: 200 }), { kind: "reached" }],
        ["was reached without a time", grown([], { rows: 201, time: undefined }), { kind: "reached" }],
        ["is too far", grown(Array(52).fill(0.1)), { kind: "late" }],
        ["does not come", grown(Array(52).fill(0)), { kind: "still" }],
        ["is unknown without a time", grown([], { time: undefined }), { kind: "untimed" }],
        ["is unknown without weeks", { ...grown([]), added: undefined }, { kind: "uncounted" }],
        ["is not documented", grown([1], { large: undefined }), { kind: "undocumented" }],
    ])("%s", (_, table, reach) => expect(findReach(table, now)).toEqual(reach));
});

test("a chart has a top with a whole half, and labels that do not touch", () => {
    expect([0, 1, 3, 47, 51, 600, 601, 30_000].map(findTop)).toEqual([2, 2, 4, 50, 60, 600, 800, 40_000]);
    expect(listTicks(listWeeks(now))).toEqual([
        { at: 0, label: "Dec 2025" },
        { at: 13, label: "Mar" },
        { at: 26, label: "Jun" },
        { at: 40, label: "Sep" },
    ]);
});
