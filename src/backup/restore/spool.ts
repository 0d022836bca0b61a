import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export interface Spooled {
    readonly path: string;
    remove(): Promise<void>;
}

/** Saves standard input, which is read twice, to a file that only its user can read. */
export async function spoolInput(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<Spooled> {
    const folder = await mkdtemp(join(tmpdir(), "db-restore-"));
    const path = join(folder, "backup");
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
        await pipeline(input, createWriteStream(path, { mode: 0o600 }), { signal });
        return { path, remove };
    } catch (error) {
        await remove();
        throw error;
    }
}
