import { type ChildProcessByStdio, spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AppError } from "../errors.ts";

const processFile = fileURLToPath(new URL("./program-process.mjs", import.meta.url));
/** 64 MiB. The limit that the interpreter has of its own lets a program take gigabytes. */
const memoryPages = 1_024;
const outputBytes = 1_000_000;
/** The program has 2 seconds; some functions of the interpreter cannot be interrupted. */
const killMilliseconds = 6_000;

/** A program that was not written here, and the calls to make of it. */
export interface Program {
    /** JavaScript, as a script: without import and export. */
    readonly source: string;
    /** The name of the function to call. */
    readonly entryPoint: string;
    /** The arguments of each call, as JSON values. */
    readonly calls: readonly (readonly unknown[])[];
    /** The time that the program sees, in milliseconds since 1970; it stands still. Math.random follows from it too. */
    readonly now: number;
}

const failureSchema = z.strictObject({
    /**
     * invalid: does not load, or lacks the function; threw: by the program; no-value: undefined or a function; unsettled: a
     * promise that stays open; time: over 2 seconds in all; memory: over 64 MiB; output: over 1 MB in all; crashed: the
     * interpreter failed.
     */
    reason: z.enum(["invalid", "threw", "no-value", "unsettled", "time", "memory", "output", "crashed"]),
    /** What happened, as a phrase; where the program threw, its own message. */
    problem: z.string(),
});
const replySchema = z.array(z.union([z.strictObject({ value: z.unknown() }), failureSchema]));

export type Failure = Readonly<z.infer<typeof failureSchema>>;
/** What a call gave: a JSON value, or why there is none. */
export type CallOutcome = { readonly value: unknown } | Failure;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const phrases: Partial<Record<Failure["reason"], string>> = {
    time: "it takes longer than 2 seconds",
    memory: "it needs more than 64 MiB of memory",
    output: "the results are longer than 1 MB",
};

/**
 * Runs a program that is not trusted and gives the outcome of each call, in their order. The program runs in a process of its
 * own, inside an interpreter that has no file, no network and no clock; whatever it does, that has ended after 6 seconds.
 * The calls share the program's variables. The same program with the same `now` gives the same outcomes.
 *
 * @throws AppError `sandbox-failed` when the process does not start; the reason of `signal` when that is aborted
 */
export async function runProgram(program: Program, signal?: AbortSignal): Promise<readonly CallOutcome[]> {
    signal?.throwIfAborted();
    const all = (reason: Failure["reason"], problem: string): readonly CallOutcome[] =>
        program.calls.map(() => ({ reason, problem: phrases[reason] ?? problem }));
    if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(program.entryPoint))
        return all("invalid", `'${program.entryPoint}' is not the name of a function`);

    const child = start();
    const stop = (): void => {
        child.kill("SIGKILL");
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
        const end = await follow(child, JSON.stringify(program));
        signal?.throwIfAborted();
        if (end.cut && !end.output)
            throw fail(end.errors, `its process did not start in ${killMilliseconds / 1_000} seconds`);
        if (end.cut) return all(end.cut, "");
        if (end.signal) return all("crashed", `the interpreter ended with ${end.signal}`);
        if (end.code !== 0) throw fail(end.errors, `its process ended with ${end.code}`);
        return readReply(end.output, program.calls.length) ?? all("crashed", "the interpreter gave no outcomes");
    } finally {
        signal?.removeEventListener("abort", stop);
    }
}

function start(): Child {
    const limits = [`--wasm-max-mem-pages=${memoryPages}`, "--disallow-code-generation-from-strings"];
    return spawn(process.execPath, [...limits, processFile], {
        cwd: dirname(processFile),
        env: {},
        stdio: "pipe",
    });
}

interface End {
    readonly output: string;
    readonly errors: string;
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    /** Why the process was ended here. */
    readonly cut: "time" | "output" | undefined;
}

function follow(child: Child, input: string): Promise<End> {
    return new Promise((resolve, reject) => {
        const output: Buffer[] = [];
        let length = 0;
        let errors = "";
        let cut: End["cut"];
        const stop = (why: End["cut"]): void => {
            cut ??= why;
            child.kill("SIGKILL");
        };
        const timer = setTimeout(stop, killMilliseconds, "time");
        child.stdout.on("data", (part: Buffer) => {
            length += part.length;
            if (length > outputBytes) stop("output");
            else output.push(part);
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            errors = (errors + text).slice(-2_000);
        });
        child.once("error", (error) => reject(fail("", error.message)));
        child.once("close", (code, signal) => {
            clearTimeout(timer);
            resolve({ output: Buffer.concat(output).toString(), errors, code, signal, cut });
        });
        // A process that ended early has not read its input.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}

// The process is not trusted more than the program.
function readReply(output: string, calls: number): readonly CallOutcome[] | undefined {
    try {
        const outcomes = replySchema.parse(JSON.parse(output));
        if (outcomes.length !== calls) return undefined;
        return outcomes.map((outcome) =>
            "reason" in outcome ? { ...outcome, problem: phrases[outcome.reason] ?? outcome.problem } : outcome,
        );
    } catch {
        return undefined;
    }
}

function fail(errors: string, reason: string): AppError {
    const line = errors.split("\n").find((text) => /error/i.test(text)) ?? reason;
    return new AppError("sandbox-failed", `a generated program cannot be run: ${line.trim()}`, {
        hint: "install the packages of the sandbox with `pnpm install`",
    });
}
