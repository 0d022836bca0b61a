import { readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type RunningCommand, startCommand, startScript } from "../support/command.ts";
import { root as repository } from "../support/deployed.ts";
import { makeFolder } from "../support/project.ts";

/** `pnpm dev` as a process of its own. */
export interface RunningConsole extends RunningCommand {
    readonly port: number;
    /** `http://localhost:5001` */
    readonly url: string;
}

/** A folder that holds what the repository holds, without a database, an .env or anything else that git ignores. */
export function linkProject(): string {
    const folder = makeFolder();
    for (const name of readdirSync(repository)) {
        if (/^(\.git|\.env|.*\.db.*|\.sqld|backups)$/.test(name)) continue;
        symlinkSync(join(repository, name), join(folder, name));
    }
    return folder;
}

/** Starts `pnpm dev` on a free port, and waits until it serves. */
export async function startConsole(options: CommandOptions & { port?: number } = {}): Promise<RunningConsole> {
    const port = options.port ?? (await findFreePort());
    const command = startCommand("dev", ["--port", String(port)], options);
    return await untilServing(command, port);
}

/** As users start it: by tsx, not built. */
export async function startConsoleByTsx(options: CommandOptions): Promise<RunningConsole> {
    const port = await findFreePort();
    const file = join(repository, "scripts/dev.ts");
    return await untilServing(startScript(file, ["--port", String(port)], options), port);
}

/** Gives a port of the loopback interface that nothing listens on. */
export async function findFreePort(): Promise<number> {
    const { port, close } = await takePort();
    await close();
    return port;
}

/** Listens on a port of the loopback interface. */
export async function takePort(host = "127.0.0.1"): Promise<{ port: number; close: () => Promise<void> }> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function untilServing(command: RunningCommand, port: number): Promise<RunningConsole> {
    const ended = command.result.then(({ code, stderr }) => {
        throw new Error(`the console ended with ${code}: ${stderr}`);
    });
    ended.catch(() => undefined);
    const serving = (async () => {
        while (!command.printed().stdout.includes("Ctrl-C ends it.")) await sleep(5);
    })();
    await Promise.race([serving, ended]);
    return { ...command, port, url: `http://localhost:${port}` };
}

/** Whether /proc shows processes and sockets. */
export const hasProc = process.platform === "linux";

/** The processes below one, at any depth. Only where `hasProc`. */
export function listDescendants(pid: number): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc")) {
        const stat = /^\d+$/.test(name) ? readProc(Number(name), "stat") : "";
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (parent !== undefined && state !== "Z") parents.set(Number(name), Number(parent));
    }
    const isBelow = (one: number | undefined): boolean =>
        one !== undefined && (parents.get(one) === pid || isBelow(parents.get(one)));
    return [...parents.keys()].filter(isBelow);
}

/** A file of a process, such as its arguments or its environment; empty when the process has ended. */
export function readProc(pid: number, file: "stat" | "cmdline" | "environ" | "comm"): string {
    try {
        return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
        return "";
    }
}

/** The addresses that a process listens on, as the kernel writes them: `0100007F`. */
export function listListening(pid: number): { address: string; port: number }[] {
    const sockets = new Set(
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
            try {
                return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
            } catch {
                return [];
            }
        }),
    );
    return ["tcp", "tcp6"].flatMap((kind) =>
        readFileSync(`/proc/${pid}/net/${kind}`, "utf8")
            .split("\n")
            .slice(1)
            .map((line) => line.trim().split(/\s+/))
            .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(inode ?? ""))
            .map(([, local = ""]) => {
                const [address = "", port = ""] = local.split(":");
                return { address, port: Number.parseInt(port, 16) };
            }),
    );
}

/** Every run of eight characters of a secret: none of them may be shown. */
export function listParts(secret: string): string[] {
    return Array.from({ length: Math.max(0, secret.length - 7) }, (_, at) => secret.slice(at, at + 8));
}

/** The parts of secrets that a text holds. */
export function findParts(text: string, secrets: readonly string[]): string[] {
    return secrets.flatMap(listParts).filter((part) => text.includes(part));
}
