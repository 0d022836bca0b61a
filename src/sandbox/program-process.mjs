// The process of a generated program. The program runs inside an interpreter that has no file, network, process or module.
// The process has a memory limit and is ended by its parent, because the interpreter's own limits do not always hold.
// JavaScript, because it starts in half the time of TypeScript that is transformed first.
// @ts-check
import { writeFileSync } from "node:fs";
import { newQuickJSWASMModuleFromVariant, Scope } from "quickjs-emscripten-core";

/** @import { QuickJSHandle } from "quickjs-emscripten-core" */
/** @import { Failure, Program } from "./program.ts" */

/** The descriptor that the parent reads. */
const answer = 1;
/** With more, the stack of the interpreter itself overflows. */
const stackBytes = 128 * 1_024;
const deadlineMilliseconds = 2_000;
const outputBytes = 1_000_000;
/** For the brackets and names around a value. */
const outcomeBytes = 20;
const longestProblem = 500;

/** @type {Program} */
const { source, entryPoint, calls, now } = JSON.parse(await readInput());
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
const isLate = () => performance.now() > end;
runtime.setInterruptHandler(isLate);
writeFileSync(answer, `[${runCalls().join(",")}]`);
process.exit();

async function readInput() {
    /** @type {Buffer[]} */
    const parts = [];
    for await (const part of process.stdin) parts.push(part);
    return Buffer.concat(parts).toString();
}

/** @param {string} name */
function capture(name) {
    return context.unwrapResult(context.evalCode(`((run) => (value) => run(value))(${name})`));
}

// The outcome of each call, in JSON.
function runCalls() {
    /** @type {string[]} */
    const outcomes = [];
    /** @param {Failure} failure */
    const fail = (failure) => {
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

/** @returns {QuickJSHandle | Failure} */
function findEntry() {
    const loaded = context.evalCode(source, "program.js", { type: "global" });
    if (loaded.error) return explain(loaded.error, "invalid");
    // Not looked up in the global object, which lacks what const and class declare.
    const found = context.evalCode(entryPoint, "program.js", { type: "global" });
    if (!found.error && context.typeof(found.value) === "function") return found.value;
    return { reason: "invalid", problem: `the program has no function '${entryPoint}'` };
}

/**
 * The result as JSON.
 *
 * @param {QuickJSHandle} entry
 * @param {readonly unknown[]} args
 * @returns {string | Failure}
 */
function callEntry(entry, args) {
    return Scope.withScope((scope) => {
        /** @type {typeof scope.manage} */
        const manage = (handle) => scope.manage(handle);
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

/**
 * @param {QuickJSHandle} run
 * @param {QuickJSHandle[]} args
 */
function call(run, ...args) {
    return context.callFunction(run, context.undefined, ...args);
}

/**
 * @param {QuickJSHandle} error
 * @param {Failure["reason"]} reason
 * @returns {Failure}
 */
function explain(error, reason) {
    const described = call(describe, error);
    if (described.error) return { reason, problem: "an error that cannot be read" };
    const problem = context.getString(described.value).slice(0, longestProblem).toWellFormed();
    return { reason: problem === "InternalError: out of memory" ? "memory" : reason, problem };
}
