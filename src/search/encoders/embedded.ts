import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { AppError } from "../../errors.ts";
import { type Encoder, normalize } from "./encoder.ts";
import { encoderFolder, isEncoderInstalled } from "./packages.ts";

/** The model reads 128 tokens, about 550 characters; its tokenizer takes four times as long for twice the text. */
const mostRead = 600;
const secondsToStart = 30;
/** With the version of how a text is read. */
export const embeddedName = "universal-sentence-encoder-lite/1/512";

interface Reply {
    readonly id: number;
    readonly vectors?: readonly Float32Array[];
    readonly problem?: string;
}

interface Waiting {
    readonly resolve: (vectors: readonly Float32Array[]) => void;
    readonly reject: (error: Error) => void;
}

/**
 * Starts the encoder that needs no network and no account: the Universal Sentence Encoder lite, for English texts, in a child
 * process. Equal texts give equal vectors on every machine.
 *
 * @param root the project's folder, where its packages are installed
 * @throws AppError `encoder-failed`
 */
export async function openEmbeddedEncoder(root: string): Promise<Encoder> {
    if (!(await isEncoderInstalled(root))) {
        throw new AppError("encoder-failed", "the embedded encoder is not installed", {
            hint: "`pnpm vector:sync` installs it",
        });
    }
    const folder = path.join(root, encoderFolder);
    const child = fork(path.join(folder, "encode.js"), {
        cwd: folder,
        // What this process was started with, such as tsx, is not needed there.
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        // Ctrl-C of a terminal goes to the whole group; the parent ends the child.
        detached: true,
    });
    const waiting = listen(child);
    await withTimeout(ask(child, waiting, 0, undefined), secondsToStart * 1_000).catch((error: unknown) => {
        child.kill();
        throw error;
    });
    let calls = 0;
    return {
        name: embeddedName,
        dimensions: 512,
        // A question begins with what it is about.
        opening: 160,
        batch: 16,
        embed: async (texts, signal) => {
            const parts = texts.map((text) => text.slice(0, mostRead));
            calls++;
            return (await ask(child, waiting, calls, parts, signal)).map(normalize);
        },
        close: async () => {
            child.kill();
        },
    };
}

function listen(child: ChildProcess): Map<number, Waiting> {
    const waiting = new Map<number, Waiting>();
    let printed = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        printed = (printed + text).slice(-2_000);
    });
    child.on("message", ({ id, vectors, problem }: Reply) => {
        const call = waiting.get(id);
        waiting.delete(id);
        if (vectors) call?.resolve(vectors);
        else call?.reject(fail(problem ?? "no reply"));
    });
    const end = (reason: string): void => {
        const line = printed.split("\n").find((text) => /error/i.test(text)) ?? reason;
        for (const { reject } of waiting.values()) reject(fail(line.trim()));
        waiting.clear();
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(`its process ended with ${signal ?? code}`));
    return waiting;
}

// Call 0 waits for the process to be ready.
function ask(
    child: ChildProcess,
    waiting: Map<number, Waiting>,
    id: number,
    texts: readonly string[] | undefined,
    signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
    return new Promise((resolve, reject) => {
        if (id > 0 && !child.connected) return reject(fail("its process has ended"));
        const stop = (): void => reject(signal?.reason);
        signal?.addEventListener("abort", stop, { once: true });
        const settle = (): void => signal?.removeEventListener("abort", stop);
        waiting.set(id, {
            resolve: (vectors) => {
                settle();
                resolve(vectors);
            },
            reject: (error) => {
                settle();
                reject(error);
            },
        });
        if (texts) child.send({ id, texts }, (error) => error && reject(fail(error.message)));
    });
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(fail(`it did not start within ${milliseconds / 1_000} seconds`)), milliseconds);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function fail(reason: string): AppError {
    return new AppError("encoder-failed", `the embedded encoder failed: ${reason}`, {
        hint: `remove ${encoderFolder}/node_modules, and \`pnpm vector:sync\` installs it again; or set EMBEDDING_URL to a server`,
    });
}
