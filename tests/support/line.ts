import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { assertLocal } from "./local.ts";

/** A line to a server that can be cut while a request is under way. */
export interface Line {
    /** `http://127.0.0.1:PORT` */
    readonly url: string;
    /**
     * Breaks every connection of this moment; new ones work.
     *
     * @param side both: the server notices; caller: the server believes that the caller is still there
     */
    cut(side: "both" | "caller"): void;
    close(): Promise<void>;
}

/** Lays a line on 127.0.0.1 to a server on this machine. */
export async function layLine(targetUrl: string): Promise<Line> {
    assertLocal(targetUrl);
    const { hostname, port } = new URL(targetUrl);
    const pairs = new Set<readonly [Socket, Socket]>();

    const server = createServer((near) => {
        const far = connect(Number(port), hostname);
        const pair = [near, far] as const;
        pairs.add(pair);
        near.pipe(far, { end: false });
        far.pipe(near);
        near.on("error", () => undefined);
        far.on("error", () => near.destroy());
        near.on("end", () => far.end());
        far.on("close", () => pairs.delete(pair));
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));

    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        cut(side) {
            for (const [near, far] of pairs) {
                near.destroy();
                if (side === "both") far.destroy();
                // What the server still says must go somewhere, or it would wait to be heard.
                else far.unpipe(near).resume();
            }
        },
        close: async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            for (const pair of pairs) for (const socket of pair) socket.destroy();
            await closed;
        },
    };
}
