import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTaker, planWork } from "../../../app/bots/rules/issues.ts";
import { emptyReason, readReason, renderReason, type WorkReason } from "../../../app/bots/rules/reason.ts";
import { tell } from "../../support/snapshot.ts";

describe("the reason of a job", () => {
    const text = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("a | b; \"c\" 'd'\n\r\n", "Issues: x | AI: y", "\ud800", '{"issues":[]}', ""),
    );
    const reasons: fc.Arbitrary<WorkReason> = fc.record({
        ...{ issues: fc.array(text), notes: fc.array(text), duplicateIds: fc.array(text) },
        ...{ severity: fc.option(text), detectedBy: fc.option(text), rest: fc.option(text) },
        score: fc.option(fc.nat({ max: 100 })),
    });

    test("is read as it was rendered, whatever its texts hold", () => {
        fc.assert(
            fc.property(reasons, (reason) => {
                expect(readReason(renderReason(reason))).toEqual(reason);
            }),
        );
    });

    test("is JSON with its issues and its score", () => {
        expect(renderReason({ issues: ["low_clarity"], score: 54 })).toBe('{"issues":["low_clarity"],"score":54}');
        expect(renderReason({})).toBe('{"issues":[],"score":null}');
    });

    test("loses nothing of any text: what is not understood is kept as it is", () => {
        fc.assert(
            fc.property(fc.string(), (any) => {
                const read = readReason(any);
                if (any.trim() === "") expect(read).toEqual(emptyReason);
                else if (read.rest !== any) expect(read).not.toEqual(emptyReason);
            }),
        );
        for (const unknown of [
            "too old",
            "hello, world",
            "[1,2]",
            "42",
            "null",
            '"text"',
            "outdated",
            "improve it | soon",
        ])
            expect(readReason(unknown)).toEqual({ ...emptyReason, rest: unknown });
    });

    test.for<[string, Partial<WorkReason>]>([
        [
            "Issues: placeholder_content, low_clarity | AI: Lacks depth; see | below. | Fix: Add a; add b | Score: 64/100",
            {
                issues: ["placeholder_content", "low_clarity"],
                notes: ["Lacks depth; see | below.", "Add a; add b"],
                score: 64,
            },
        ],
        [
            "Issues: low_clarity | low_completeness | AI: Short.",
            { issues: ["low_clarity", "low_completeness"], notes: ["Short."] },
        ],
        ["Issues: low_clarity, Not a word | Score: 6", { issues: ["low_clarity"], rest: "Not a word | Score: 6" }],
        ["Score: 100/100", { score: 100 }],
        ["Score: 640/100", { rest: "Score: 640/100" }],
        [
            "Truncated answer detected (high severity, 146 chars)",
            {
                issues: ["truncated_answer"],
                severity: "high",
                notes: ["Truncated answer detected (high severity, 146 chars)"],
            },
        ],
        [
            "truncated_answer, short_answer, answer_is_blue",
            { issues: ["truncated_answer", "short_answer", "answer_is_blue"] },
        ],
        ['{"severity":"high","detectedBy":"analysis"}', { severity: "high", detectedBy: "analysis" }],
        [
            '{"severity":"high","detectedBy":"analysis","duplicateIds":["q-2813"],"similarities":[8500]}',
            { severity: "high", detectedBy: "analysis", duplicateIds: ["q-2813"], rest: '{"similarities":[8500]}' },
        ],
        ['{"issues":"low_clarity","score":900}', { rest: '{"issues":"low_clarity","score":900}' }],
        ['{"__proto__":{"score":1},"rest":"r"}', { rest: '{"__proto__":{"score":1},"rest":"r"}' }],
    ])("reads %s", ([written, expected]) => {
        expect(readReason(written)).toEqual({ ...emptyReason, ...expected });
    });
});

const monitor = fileURLToPath(new URL("../../../../shared/data/open-interview/bot-monitor.json", import.meta.url));
const hasMonitor = existsSync(monitor);

test.skipIf(!hasMonitor)(`all reasons of a real export are read${hasMonitor ? "" : " (it is not here)"}`, () => {
    const { queue } = JSON.parse(readFileSync(monitor, "utf8")) as { queue: { action: string; reason: string }[] };
    const read = queue.map(({ action, reason }) => ({ action, reason: readReason(reason) }));
    const kinds = (["issues", "severity", "score"] as const).map(
        (field) =>
            `${field} ${read.filter(({ reason }) => reason[field] !== null && reason[field].toString() !== "").length}`,
    );
    tell(`${queue.length} reasons: ${kinds.join(", ")}`);
    expect(queue).toHaveLength(100);
    for (const { action, reason } of read) {
        expect(reason).not.toEqual(emptyReason);
        expect(reason.rest === null || reason.rest.startsWith('{"similarities":'), reason.rest ?? "").toBe(true);
        expect(findTaker(action)).toBe("processor");
        const plan = planWork(action, reason.issues);
        expect([plan.unknown, plan.steps.length > 0, plan.steps.includes("delete")]).toEqual([[], true, false]);
    }
});
