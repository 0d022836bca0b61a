import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import { type CommandResult, startScript } from "../support/command.ts";
import { assertLocal } from "../support/local.ts";

/**
 * Lets another process hold the lock of a database file, and gives it back once it does; `result` settles at its end.
 * `release` ends it early.
 *
 * @param lock reserved: others read but do not write; exclusive: others do neither
 */
export async function holdLock(
    url: string,
    lock: "reserved" | "exclusive",
    milliseconds: number,
): Promise<{ result: Promise<CommandResult>; release(): void }> {
    const file = fileURLToPath(new URL("hold-lock.ts", import.meta.url));
    const holder = startScript(file, [url, lock, String(milliseconds)], {});
    while (!holder.printed().stdout.includes("held")) {
        if (holder.printed().stderr !== "") throw new Error(holder.printed().stderr);
        await sleep(5);
    }
    return { result: holder.result, release: () => holder.kill("SIGTERM") };
}

/**
 * An app that writes a row, waits, writes a row, and so on, until it is stopped. A write that is refused is written
 * again, as an app would.
 */
export async function keepWriting(url: string, pause: number): Promise<{ stop(): Promise<number> }> {
    assertLocal(url);
    const client = createClient({ url });
    await client.execute("CREATE TABLE IF NOT EXISTS app_rows (id INTEGER PRIMARY KEY, written TEXT)");
    let running = true;
    let rows = 0;
    const writing = (async () => {
        while (running) {
            await client.execute("INSERT INTO app_rows (written) VALUES ('x')").then(
                () => rows++,
                () => undefined,
            );
            await sleep(pause);
        }
    })();
    return {
        stop: async () => {
            running = false;
            await writing;
            client.close();
            return rows;
        },
    };
}
