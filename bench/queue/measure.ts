import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertLocal } from "../../tests/support/local.ts";

/** What one worker measured. */
export interface Measured {
    /** The jobs that it was given. */
    readonly ids: number[];
    /** Milliseconds of each claim. */
    readonly times: number[];
    errors: number;
    rowsRead: number;
    rowsWritten: number;
    requests: number;
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const file = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Lets so many processes work on a database at the same time, all from the moment when the last one is ready. */
export async function measureWorkers(
    url: string,
    way: string,
    workers: number,
    milliseconds: number,
): Promise<readonly Measured[]> {
    assertLocal(url);
    const started = Array.from({ length: workers }, (_, at) => {
        const child = spawn(
            process.execPath,
            ["--import", tsx, file, url, way, String(milliseconds), `bench/${process.pid}/${at}`],
            { env: { PATH: process.env.PATH }, stdio: ["pipe", "pipe", "inherit"] },
        );
        const printed = new PassThrough();
        const ready = once(child.stdout, "data");
        child.stdout.pipe(printed);
        return { child, ready, printed: text(printed) };
    });
    await Promise.all(started.map(({ ready }) => ready));
    for (const { child } of started) child.stdin.end("go\n");
    const printed = await Promise.all(started.map((one) => one.printed));
    return printed.map((lines) => JSON.parse(lines.split("\n")[1] ?? "") as Measured);
}
