import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGzip } from "node:zlib";
import { expect, test } from "vitest";
import { openConnection } from "../../src/database/open.ts";

test("a reply that unpacks without end is refused before it fills the memory", async () => {
    const server = createServer((_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
        const gzip = createGzip();
        gzip.on("error", () => undefined).pipe(response);
        const spaces = Buffer.alloc(1_000_000, " ");
        const write = (): void => {
            if (!response.destroyed) gzip.write(spaces, write);
        };
        gzip.write("{", write);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = await openConnection({
        kind: "server",
        url,
        label: url,
        local: true,
        authToken: undefined,
    } as never);
    await expect(connection.readAll([{ sql: "SELECT 1" }])).rejects.toThrow("its reply is larger than 100 MB");
    connection.close();
    server.closeAllConnections();
    server.close();
});
