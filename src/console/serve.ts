import type { Context } from "../cli/program.ts";
import { findMisspelt, readConfig } from "../cli/settings.ts";
import type { Connection } from "../database/connection.ts";
import { openFileReader } from "../database/file/reading.ts";
import { findTokenWarnings, refuseExpired } from "../database/permission.ts";
import { openServer } from "../database/server/connection.ts";
import type { Target } from "../database/target.ts";
import { readToken } from "../database/token.ts";
import { readProject } from "../drift/status.ts";
import { AppError } from "../errors.ts";
import { listenOnLoopback } from "./listen.ts";
import { createConsole } from "./server.tsx";
import type { ConsoleSite } from "./site.ts";

export interface ServeOptions {
    readonly port?: number;
}

const usualPort = 5001;

/**
 * dev: serves the console on this machine until Ctrl-C. Only reads; nothing is read before a page is asked for.
 *
 * @throws AppError `interrupted` at Ctrl-C, `cannot-open` for a port that is taken
 */
export async function serveConsole(context: Context, options: ServeOptions, site: ConsoleSite): Promise<void> {
    const { root, output, signal } = context;
    let port = options.port ?? usualPort;
    if (port < 1_024 || port > 65_535) {
        const isReserved = port > 0 && port < 1_024;
        throw new AppError("usage", isReserved ? `port ${port} is reserved for the system` : `${port} is not a port`, {
            hint: "choose one from 1024 to 65535",
        });
    }
    for (const warning of await findMisspelt(root)) output.warn(warning);
    const { target, notes, use } = await readConfig("read", root);
    output.field("Database", `${target.label}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`);
    const reader = openReader(target);
    try {
        const app = createConsole({
            root,
            site,
            database: {
                target,
                readOnlyBy: findGuard(target),
                notes: [...notes, ...findTokenWarnings(target, use, new Date())],
                schemaVersion: (await readProject(root)).schemaVersion,
            },
            connect: reader.connect,
            getPort: () => port,
            signal,
            patience: 3_000,
            redact: output.redact,
            now: () => new Date().toISOString(),
        });
        const listening = await listenOnLoopback(app, port);
        port = listening.port;
        output.field("Console", `http://localhost:${port}`);
        output.line("It can be reached from this machine only, and changes nothing. Ctrl-C ends it.");
        output.document({ database: target.label, url: `http://localhost:${port}`, pid: process.pid });
        await untilAborted(signal);
        listening.close();
    } finally {
        reader.close();
    }
    throw new AppError("interrupted", "the console was ended", { outcome: "Nothing was changed." });
}

interface DatabaseReader {
    readonly connect: (signal: AbortSignal, limit?: number) => Connection;
    readonly close: () => void;
}

/** Opens a database so that nothing can write to it through this program. */
export function openReader(target: Target): DatabaseReader {
    if (target.kind === "file") return openFileReader(target);
    return {
        connect: (signal, limit) => {
            refuseExpired(target, new Date());
            return openServer(target, signal, limit === undefined ? undefined : { usual: limit, interrupted: limit });
        },
        close: () => undefined,
    };
}

/**
 * What keeps every statement from writing. A server's read transaction does not: with a read-write token, a statement that
 * returns rows can write in it.
 */
export function findGuard(target: Target): string | undefined {
    if (target.kind === "file") return "read-only, opened with mode=ro";
    const token = target.authToken === undefined ? undefined : readToken(target.authToken);
    return token?.readOnly ? "read-only, by its token" : undefined;
}

function untilAborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
}
