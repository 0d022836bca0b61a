import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Connection, Query, ReadResult } from "../connection.ts";
import type { FaultKind, FaultVariant } from "../fault-sentences.ts";
import { DatabaseFault } from "../faults.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import type { FileTarget } from "../target.ts";

/** What the process answers to a list of queries. */
export type Answer =
    | { readonly results: readonly ReadResult[] }
    | {
          readonly fault: {
              readonly kind: FaultKind;
              readonly message: string;
              readonly variant: FaultVariant | undefined;
          };
      };

/** A file that other processes read, and nothing writes. */
export interface ReadingProcesses {
    /**
     * A connection of which only readAll() works. It needs no close().
     *
     * @param signal when aborted, ends a running query together with its process
     * @param limit how long an answer may take, in milliseconds; then its process is ended. Queries with a limit have processes
     * of their own, so that those that run into it hold up no others
     */
    connect(signal?: AbortSignal, limit?: number): Connection;
    /** Ends the processes. */
    close(): void;
}

const processFile = fileURLToPath(new URL("./reading-process.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const usualLimit = 30_000;

/**
 * Opens a file for reading in processes of their own, with SQLite's mode=ro: no query can write, block this program or end it.
 *
 * @param most how many queries may run at the same time; more wait
 * @param mostLimited the same for queries with a limit, which wait no longer than it
 */
export function openFileReader(target: FileTarget, most = 3, mostLimited = 2): ReadingProcesses {
    const [usual, limited] = [openPool(target.path, most), openPool(target.path, mostLimited)];
    return {
        connect: (signal, limit) => ({
            ...refuseAll(target),
            readAll: async (queries) => {
                throwIfInterrupted(signal);
                const pool = limit === undefined ? usual : limited;
                const child = await pool.acquire(limit ?? usualLimit);
                try {
                    throwIfInterrupted(signal);
                    return await ask(child, queries.map(toPlain), limit ?? usualLimit, signal);
                } finally {
                    pool.release(child);
                }
            },
        }),
        close: () => {
            usual.close();
            limited.close();
        },
    };
}

interface Pool {
    /** Takes an idle process, starts one, or waits so many milliseconds for one. */
    acquire(patience: number): Promise<ChildProcess>;
    release(child: ChildProcess): void;
    close(): void;
}

function openPool(path: string, most: number): Pool {
    const idle: ChildProcess[] = [];
    const all = new Set<ChildProcess>();
    const waiting: (() => void)[] = [];
    const forget = (child: ChildProcess): void => {
        all.delete(child);
        const at = idle.indexOf(child);
        if (at >= 0) idle.splice(at, 1);
        waiting.shift()?.();
    };
    const start = (): ChildProcess => {
        const child = fork(processFile, [path], {
            execArgv: ["--import", tsx],
            // Nothing of this program's variables, tokens among them.
            env: {},
            serialization: "advanced",
            stdio: "ignore",
        });
        all.add(child);
        // A process that is ended while a message is on its way to it reports an error besides its end.
        return child.once("exit", () => forget(child)).on("error", () => forget(child));
    };
    return {
        acquire: async (patience) => {
            const deadline = performance.now() + patience;
            for (;;) {
                const child = idle.pop() ?? (all.size < most ? start() : undefined);
                if (child) return child;
                const left = deadline - performance.now();
                if (left <= 0) throw faultOfEnd("limit", patience);
                await waitForTurn(waiting, left);
            }
        },
        release: (child) => {
            if (all.has(child) && child.connected) idle.push(child);
            waiting.shift()?.();
        },
        close: () => {
            for (const child of all) child.kill("SIGKILL");
        },
    };
}

function waitForTurn(waiting: (() => void)[], patience: number): Promise<void> {
    return new Promise((resolve) => {
        const go = (): void => {
            clearTimeout(timer);
            resolve();
        };
        const timer = setTimeout(() => {
            waiting.splice(waiting.indexOf(go), 1);
            resolve();
        }, patience);
        waiting.push(go);
    });
}

function ask(
    child: ChildProcess,
    queries: readonly Query[],
    limit: number,
    signal: AbortSignal | undefined,
): Promise<ReadResult[]> {
    return new Promise((resolve, reject) => {
        let reason: "limit" | "interrupted" | undefined;
        const end = (why: typeof reason): void => {
            reason = why;
            child.kill("SIGKILL");
        };
        const stop = (): void => end("interrupted");
        const timer = setTimeout(end, limit, "limit");
        const settle = (body: () => void): void => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", stop);
            child.off("message", onAnswer).off("exit", onExit).off("error", onExit);
            body();
        };
        const onAnswer = (answer: Answer): void =>
            settle(() => {
                if ("results" in answer) return resolve([...answer.results]);
                const { kind, message, variant } = answer.fault;
                reject(new DatabaseFault(kind, message, undefined, { variant }));
            });
        const onExit = (): void => settle(() => reject(faultOfEnd(reason, limit)));
        signal?.addEventListener("abort", stop, { once: true });
        child.on("message", onAnswer).on("exit", onExit).on("error", onExit);
        child.send(queries);
    });
}

function faultOfEnd(reason: "limit" | "interrupted" | undefined, limit: number): DatabaseFault {
    if (reason === "interrupted") return new DatabaseFault("interrupted", "interrupted");
    if (reason === "limit") {
        const message = `no answer within ${limit / 1_000} seconds`;
        return new DatabaseFault("server-fault", message, undefined, { variant: "no-answer" });
    }
    const message = "the process that reads the file ended; a text in EXPLAIN that is not UTF-8 does that";
    return new DatabaseFault("sql", message);
}

// JSON lists are bound as text where the query is run.
function toPlain({ sql, args }: Query): Query {
    return args === undefined ? { sql } : { sql, args };
}

function refuseAll(target: FileTarget): Connection {
    const refuse = (): Promise<never> =>
        Promise.reject(new DatabaseFault("read-only-file", "this connection only reads"));
    return {
        target,
        prefersRows: false,
        countsRows: false,
        canVacuumInto: false,
        cost: { requests: 0, rowsRead: 0, rowsWritten: 0 },
        readAll: refuse,
        runScript: refuse,
        runAlone: refuse,
        tryOut: refuse,
        write: refuse,
        prepareWrite: () => refuse,
        begin: refuse,
        close: () => undefined,
    };
}
