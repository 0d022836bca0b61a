import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../errors.ts";
import { takeDirectory } from "../../server/directory.ts";
import { getSqld, type Sqld, startSqld } from "../../server/sqld.ts";
import { type ServerTokens, writeTokens } from "../../server/tokens.ts";
import type { Context } from "../program.ts";

export interface ServerOptions {
    readonly port: number;
    /** Folder of the data, relative to the project's root. */
    readonly directory: string;
    /** Require tokens, as Turso does. */
    readonly auth?: boolean;
}

/**
 * db:server: runs sqld on loopback until Ctrl-C or SIGTERM.
 *
 * @throws AppError `unreachable` without a binary, `busy` for a port or folder in use, `server-fault` when sqld dies
 */
export async function serve(context: Context, options: ServerOptions): Promise<void> {
    const { output, root, signal } = context;
    if (options.port < 1 || options.port > 65_535) {
        throw new AppError("usage", `${options.port} is not a port`, { hint: "choose one from 1024 to 65535" });
    }
    getSqld();
    const url = `http://127.0.0.1:${options.port}`;
    const path = resolve(root, options.directory);
    const release = await takeDirectory(path, options.directory, url);
    try {
        const tokens = options.auth ? await writeTokens(path, url) : undefined;
        const server = await start(path, options.port, tokens);
        try {
            announce(context, server, options.directory, tokens);
            await waitForEnd(server, signal);
        } finally {
            await server.stop();
        }
        output.line(`The server has stopped. Its data remain in ${options.directory}.`);
    } finally {
        await release();
    }
}

async function start(directory: string, port: number, tokens: ServerTokens | undefined): Promise<Sqld> {
    try {
        return await startSqld({ directory, port, jwtPublicKeyFile: tokens?.publicKeyFile });
    } catch (error) {
        if (!(error instanceof AppError && error.details.some((line) => line.includes("Address already in use")))) {
            throw error;
        }
        throw new AppError("busy", `port ${port} is in use by another program`, {
            hint: `stop that program, or choose another port, such as \`--port ${port === 65_535 ? 8081 : port + 1}\``,
        });
    }
}

function announce({ output }: Context, server: Sqld, directory: string, tokens: ServerTokens | undefined): void {
    const tokensFile = tokens && join(directory, basename(tokens.tokensFile));
    output.field("Server", `${server.url} (this machine only, process ${process.pid})`);
    output.field("Data", directory);
    output.line();
    if (tokensFile === undefined) {
        output.line("For .env (no token is required):");
        output.line(`    TURSO_DATABASE_URL=${server.url}`);
        output.line("    # leave TURSO_AUTH_TOKEN unset");
    } else {
        output.field("Tokens", `${tokensFile} (read-write and read-only; only you can read the file)`);
        output.line(`For .env: (umask 077; cat ${tokensFile} >> .env)`);
    }
    output.line();
    output.line("Stop it with Ctrl-C.");
    output.document({ url: server.url, pid: process.pid, directory, tokensFile: tokensFile ?? null });
}

async function waitForEnd(server: Sqld, signal: AbortSignal): Promise<void> {
    const interrupted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([interrupted, server.exited]);
    // Ctrl-C reaches sqld as well, whose exit may be noticed before the signal.
    await Promise.race([interrupted, sleep(200)]);
    if (signal.aborted) return;
    throw new AppError("server-fault", "sqld exited unexpectedly", { hint: "start it again; its data were kept" });
}
