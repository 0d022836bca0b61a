import { describe, expect, test } from "vitest";
import { checkSolution, renderSolutionFault, type Solution } from "../../src/sandbox/solution.ts";

const now = Date.parse("2026-01-31T12:00:00Z");
const cases = [
    { args: [[2, 7, 11], 9], expectedOutput: [0, 1] },
    { args: [[3, 2, 4], 6], expectedOutput: [1, 2] },
];
const source = `
    const twoSum = (numbers, target) => {
        const seen = new Map();
        for (const [at, number] of numbers.entries()) {
            if (seen.has(target - number)) return [seen.get(target - number), at];
            seen.set(number, at);
        }
    };`;
const starter = "function twoSum(numbers, target) {\n    // Your code\n}";

async function check(changes: Partial<Solution> = {}): Promise<string[]> {
    const solution = { source, starter, entryPoint: "twoSum", cases, now, ...changes };
    return (await checkSolution(solution)).map(renderSolutionFault);
}

describe("a solution", () => {
    test("holds when every test case gives its expected output", async () => {
        expect(await check()).toEqual([]);
    });

    test("holds whatever the order of the keys", async () => {
        const entries = { source: "const twoSum = (a) => ({ a, b: { c: 1, d: [] } });", starter };
        const wanted = [{ args: [1], expectedOutput: { b: { d: [], c: 1 }, a: 1 } }];
        expect(await check({ ...entries, cases: wanted })).toEqual([]);
    });

    test("is refused for a wrong expected output, with both values", async () => {
        const wrong = [...cases, { args: [[1, 1], 2], expectedOutput: [1, 0] }, { args: [[1], 5], expectedOutput: [] }];
        expect(await checkSolution({ source, starter, entryPoint: "twoSum", cases: wrong, now })).toEqual([
            { kind: "wrong", case: 2, expected: [1, 0], actual: { value: [0, 1] } },
            { kind: "wrong", case: 3, expected: [], actual: { reason: "no-value", problem: expect.any(String) } },
        ]);
        expect(await check({ cases: wrong })).toEqual([
            "test case 3: expected [1,0], the solution gives [0,1]",
            "test case 4: expected [], the solution gives no result: the result has no form in JSON, such as undefined",
        ]);
    });

    test.each([
        ["from the time", "const twoSum = () => new Date().getFullYear();"],
        ["from the hour", "const twoSum = () => Date.now();"],
        ["by chance", "const twoSum = () => Math.random();"],
        ["from the calls before", "let calls = 0; const twoSum = () => ++calls;"],
    ])("is refused when the same input gives something else %s", async (_, unsteady) => {
        const faults = await check({ source: unsteady, cases: [{ args: [], expectedOutput: 1 }] });
        expect(faults).toEqual([expect.stringMatching(/^test case 1: the same input gives [\d.]+, then [\d.]+$/)]);
    });

    test("is refused when it is too slow for one case", async () => {
        const slow = `${source} const quick = twoSum; function twoSumSlowly(numbers, target) {
            while (target === 6); return quick(numbers, target); }`;
        expect(await check({ source: slow, entryPoint: "twoSumSlowly" })).toEqual([
            "test case 1: expected [0,1], the solution gives no result: it takes longer than 2 seconds",
            "test case 2: expected [1,2], the solution gives no result: it takes longer than 2 seconds",
        ]);
    });

    test("is refused when the starter code passes already", async () => {
        expect(await check({ starter: source })).toEqual(["the starter code passes all test cases"]);
        expect(await check({ starter: "const twoSum = (numbers) => numbers[0] === 2 ? [0, 1] : [];" })).toEqual([]);
    });
});
