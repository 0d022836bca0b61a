import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/sandbox/program.ts";
import { tell } from "../support/snapshot.ts";
import { expectEnd, listProcesses, now, quickPrograms, run } from "./hostile.ts";

describe("a program", () => {
    test("gives a value for each call, however the function is declared", async () => {
        const calls = [
            [2, [1, null]],
            ["a", { b: "ü" }],
        ];
        const values = [{ value: [2, [1, null]] }, { value: ["a", { b: "ü" }] }];
        for (const source of [
            "function run(a, b) { return [a, b]; }",
            "const run = (a, b) => [a, b];",
            "async function run(a, b) { return [await a, b]; }",
        ])
            expect(await run(source, calls)).toEqual(values);
    });

    test("keeps its variables from call to call, and gets arguments that no call before has changed", async () => {
        const source = "let calls = 0; function run(list) { list.push(++calls); return list; }";
        expect(await run(source, [[[7]], [[7]]])).toEqual([{ value: [7, 1] }, { value: [7, 2] }]);
    });

    test("sees the time that is passed, and the same chance at the same time", async () => {
        const source = "function run() { return [Date.now(), new Date().toISOString(), Math.random()]; }";
        const first = await run(source);
        expect(first).toEqual([{ value: [now, "2026-01-31T12:00:00.000Z", expect.any(Number)] }]);
        expect(await run(source)).toEqual(first);
    });

    test.each([
        ["a program that does not parse", "function run( {", "invalid", "SyntaxError"],
        ["a program that throws when it loads", "null.x; function run() {}", "invalid", "TypeError"],
        ["a program without the function", "const other = () => 1;", "invalid", "the program has no function 'run'"],
        ["an import", "import fs from 'fs'; function run() {}", "invalid", "SyntaxError"],
        ["an error", "function run() { throw new RangeError('too far'); }", "threw", "RangeError: too far"],
        ["a rejected promise", "async function run() { throw 'x'; }", "threw", "x"],
        ["undefined", "function run() {}", "no-value", "the result has no form in JSON, such as undefined"],
        ["a result that JSON cannot hold", "function run() { return 1n; }", "threw", "BigInt"],
    ])("tells %s from a value", async (_, source, reason, problem) => {
        expect(await run(source)).toEqual([{ reason, problem: expect.stringContaining(problem) }]);
    });

    test("is not started for a name that is no name", async () => {
        const outcomes = await runProgram({ source: "", entryPoint: "a;b", calls: [[], []], now });
        expect(outcomes).toEqual(
            [0, 1].map(() => ({ reason: "invalid", problem: "'a;b' is not the name of a function" })),
        );
    });

    test("ends when the caller gives up", async () => {
        const stopping = new AbortController();
        const running = run("function run() { for (;;); }", [[]], stopping.signal);
        const ended = expect(running).rejects.toThrow("no longer wanted");
        await findProcess();
        stopping.abort(new Error("no longer wanted"));
        await ended;
        expect(listProcesses()).toEqual([]);
    });
});

describe("a hostile program", () => {
    test.each(Object.entries(quickPrograms))("ends: %s", (name, [source, reasons]) => expectEnd(name, source, reasons));

    test("gets at nothing of the process that it runs in", async () => {
        const names = ["process", "require", "fetch", "WebAssembly", "setTimeout", "Worker", "console", "std", "os"];
        const source = `function run(name) { return Function("return typeof " + name)(); }`;
        const calls = names.map((name) => [name]);
        expect(await run(source, calls)).toEqual(names.map(() => ({ value: "undefined" })));
        const load = "async function run(name) { return Object.keys(await import(name)); }";
        const modules = [["node:fs"], ["fs"], ["./program.ts"], ["std"], ["data:text/javascript,1"]];
        const refused = { reason: "threw", problem: expect.stringContaining("could not load module") };
        expect(await run(load, modules)).toEqual(modules.map(() => refused));
    });

    test("does not change what passes its arguments and reads its results", async () => {
        const source = `
            JSON.parse = JSON.stringify = String = () => { throw "replaced"; };
            Promise = Function.prototype.call = Function.prototype.apply = Array.prototype.join = undefined;
            Object.defineProperty(Object.prototype, "reason", { get: () => "time", set() {} });
            Object.defineProperty(Object.prototype, "then", { get: () => undefined });
            Object.defineProperty(Array.prototype, 0, { set() {} });
            function run(a, b) { if (b === 0) throw new Error("zero"); return { "__proto__": null, a, b }; }`;
        expect(await run(source, [[{ x: 1 }, 2], [1, 0], [[3]]])).toEqual([
            { value: { a: { x: 1 }, b: 2 } },
            { reason: "threw", problem: "Error: zero" },
            { value: { a: [3] } },
        ]);
        expect(Object.prototype).not.toHaveProperty("reason");
    });

    test.runIf(existsSync("/proc/self/fd"))("opens no file and no socket", async () => {
        let connections = 0;
        const server = createServer(() => connections++).listen(0, "127.0.0.1");
        await new Promise((resolve) => server.once("listening", resolve));
        const address = server.address();
        const port = typeof address === "object" ? address?.port : undefined;
        const file = path.join(tmpdir(), "written-by-a-program");
        const tries = [
            `import("node:fs").then((fs) => fs.writeFileSync(${JSON.stringify(file)}, ""))`,
            `import("node:net").then((net) => net.connect(${port}))`,
            `require("fs").writeFileSync(${JSON.stringify(file)}, "")`,
            `fetch("http://127.0.0.1:${port}/")`,
            `new WebSocket("ws://127.0.0.1:${port}/")`,
            `new XMLHttpRequest().open("GET", "http://127.0.0.1:${port}/")`,
            `std.open(${JSON.stringify(file)}, "w")`,
            `Function("return this")().process.binding("fs")`,
        ].map((code) => `try { ${code}; } catch {}`);
        const harmless = await watchOpen("function run() { for (;;); }");
        const hostile = await watchOpen(`function run() { ${tries.join("\n")} for (;;); }`);
        server.close();
        tell(`open while it runs: ${hostile.join(", ")}`);
        expect(hostile).not.toEqual([]);
        expect(hostile).toEqual(harmless);
        expect(connections).toBe(0);
        expect(existsSync(file)).toBe(false);
    });
});

/** What the process of an endless program has open while it runs: the kinds of the descriptors, and the files. */
async function watchOpen(source: string): Promise<string[]> {
    let ended = false;
    const samples: string[][] = [];
    const running = run(source).finally(() => {
        ended = true;
    });
    const pid = await findProcess();
    while (!ended) {
        try {
            samples.push(readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)));
        } catch {
            // One was closed meanwhile.
        }
        await sleep(20);
    }
    expect(await running).toEqual([{ reason: "time", problem: "it takes longer than 2 seconds" }]);
    // Before it ends, and closes them one by one.
    const open = samples.filter(({ length }) => length > 0).at(-5) ?? [];
    return open.map((link) => link.replace(/:\[\d+\]$/, "")).sort();
}

async function findProcess(): Promise<number> {
    for (;;) {
        const [pid] = listProcesses();
        if (pid !== undefined) return pid;
        await sleep(5);
    }
}
