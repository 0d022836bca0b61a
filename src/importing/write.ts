import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../errors.ts";
import type { ImportedFile } from "./plan.ts";
import { nothingWritten } from "./source.ts";

/**
 * Writes the files of an import, all or none.
 * @throws AppError `cannot-open` when one exists already or cannot be written
 */
export async function writeImport(root: string, files: readonly ImportedFile[]): Promise<void> {
    const written: string[] = [];
    for (const { path, text } of files) {
        const file = join(root, path);
        try {
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, text, { flag: "wx" });
            written.push(file);
        } catch (error) {
            for (const own of written) await rm(own, { force: true });
            const reason = error instanceof Error ? error.message : String(error);
            throw new AppError("cannot-open", `${path} cannot be written (${reason})`, {
                hint: "see that the folder can be written and that the file does not exist, then run the command again",
                outcome: nothingWritten,
            });
        }
    }
}
