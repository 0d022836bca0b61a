import { once } from "node:events";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import type { Hono } from "hono";
import { AppError } from "../errors.ts";

/** A browser may try either for `localhost`. */
const addresses = ["127.0.0.1", "::1"];

/** Sockets on the loopback interface, and no other. */
export interface Listening {
    readonly port: number;
    /** Ends the sockets and every open connection. */
    close(): void;
}

/**
 * Listens on 127.0.0.1 and ::1. A machine without IPv6 has only the first.
 *
 * @param port 0 for a free one
 * @throws AppError `usage` when the port is taken on either
 */
export async function listenOnLoopback(app: Hono, port: number): Promise<Listening> {
    const servers: ServerType[] = [];
    const close = (): void => {
        for (const server of servers) {
            server.close();
            if ("closeAllConnections" in server) server.closeAllConnections();
        }
    };
    let chosen = port;
    for (const address of addresses) {
        const server = createAdaptorServer({ fetch: app.fetch });
        try {
            await once(server.listen({ port: chosen, host: address }), "listening");
        } catch (error) {
            const code = (error as NodeJS.ErrnoException).code;
            if (address !== addresses[0] && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) continue;
            close();
            const isTaken = code === "EADDRINUSE";
            const message = isTaken ? "is in use by another program" : `cannot be used (${code})`;
            const other = chosen === 65_535 ? 5_002 : chosen + 1;
            throw new AppError("cannot-open", `port ${chosen} ${message}`, {
                hint: `${isTaken ? "stop that program, or " : ""}choose another port, such as \`--port ${other}\``,
            });
        }
        servers.push(server);
        const bound = server.address();
        if (bound !== null && typeof bound === "object") chosen = bound.port;
    }
    return { port: chosen, close };
}
