// The process of a generated program. The program runs inside an interpreter that has no file, network, process or module.
// The process has a memory limit and is ended by its parent, because the interpreter's own limits do not always hold.
import { writeFileSync } from "node:fs";
import { newQuickJSWASMModuleFromVariant, type QuickJSHandle, Scope } from "quickjs-emscripten-core";
import type { Failure, Program } from "./program.ts";

/** The descriptor that the parent reads. */
const answer = 1;
/** With more, the stack of the interpreter itself overflows. */
const stackBytes = 128 * 1_024;
const deadlineMilliseconds = 2_000;
const outputBytes = 1_000_000;
/** For the brackets and names around a value. */
const outcomeBytes = 20;
const longestProblem = 500;

const { source, entryPoint, calls, now }: Program = JSON.parse(await readInput());
// The interpreter asks here for the time, and takes the seed of Math.random from it.
Date.now = () => now;

const runtime = (await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"))).newRuntime();
runtime.setMaxStackSize(stackBytes);
const context = runtime.newContext();
// Taken before the program can replace them.
const [parse, render, describe] = [capture("JSON.parse"), capture("JSON.stringify"), capture("String")];

// Tells the parent that from here on the time is the program's.
writeFileSync(answer, " ");
const end = performance.now() + deadlineMilliseconds;
const isLate = (): boolean => performance.now() > end;
runtime.setInterruptHandler(isLate);
writeFileSync(answer, `[${runCalls().join(",")}]`);
process.exit();

async function readInput(): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of process.stdin) parts.push(part);
    return Buffer.concat(parts).toString();
}

function capture(name: string): QuickJSHandle {
    return context.unwrapResult(context.evalCode(`((run) => (value) => run(value))(${name})`));
}

// The outcome of each call, in JSON.
function runCalls(): string[] {
    const outcomes: string[] = [];
    const fail = (failure: Failure): void => {
        while (outcomes.length < calls.length) outcomes.push(JSON.stringify(failure));
    };
    try {
        const entry = findEntry();
        let room = outputBytes;
        while (outcomes.length < calls.length) {
            const result = "reason" in entry ? entry : callEntry(entry, calls[outcomes.length] ?? []);
            if (typeof result === "string") room -= Buffer.byteLength(result) + outcomeBytes;
            if (isLate()) fail({ reason: "time", problem: "" });
            else if (room < 0) fail({ reason: "output", problem: "" });
            else outcomes.push(typeof result === "string" ? `{"value":${result}}` : JSON.stringify(result));
        }
    } catch (error) {
        fail({ reason: "crashed", problem: `the interpreter failed: ${String(error)}` });
    }
    return outcomes;
}

function findEntry(): QuickJSHandle | Failure {
    const loaded = context.evalCode(source, "program.js", { type: "global" });
    if (loaded.error) return explain(loaded.error, "invalid");
    // Not looked up in the global object, which lacks what const and class declare.
    const found = context.evalCode(entryPoint, "program.js", { type: "global" });
    if (!found.error && context.typeof(found.value) === "function") return found.value;
    return { reason: "invalid", problem: `the program has no function '${entryPoint}'` };
}

// The result as JSON.
function callEntry(entry: QuickJSHandle, args: readonly unknown[]): string | Failure {
    return Scope.withScope((scope) => {
        const manage = scope.manage.bind(scope);
        const handles = args.map((arg) =>
            manage(context.unwrapResult(call(parse, manage(context.newString(JSON.stringify(arg)))))),
        );
        const called = manage(call(entry, ...handles));
        if (called.error) return explain(called.error, "threw");
        runtime.executePendingJobs().dispose();
        const state = context.getPromiseState(called.value);
        if (state.type === "pending") return { reason: "unsettled", problem: "the promise is never settled" };
        if (state.type === "rejected") return explain(manage(state.error), "threw");
        const rendered = manage(call(render, manage(state.value)));
        if (rendered.error) return explain(rendered.error, "threw");
        if (context.typeof(rendered.value) === "string") return context.getString(rendered.value);
        return { reason: "no-value", problem: "the result has no form in JSON, such as undefined" };
    });
}

function call(run: QuickJSHandle, ...args: QuickJSHandle[]): ReturnType<typeof context.callFunction> {
    return context.callFunction(run, context.undefined, ...args);
}

function explain(error: QuickJSHandle, reason: Failure["reason"]): Failure {
    const described = call(describe, error);
    if (described.error) return { reason, problem: "an error that cannot be read" };
    const problem = context.getString(described.value).slice(0, longestProblem).toWellFormed();
    return { reason: problem === "InternalError: out of memory" ? "memory" : reason, problem };
}
