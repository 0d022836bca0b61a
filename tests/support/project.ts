import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A new and empty folder, removed after the run. */
export function makeFolder(): string {
    return mkdtempSync(path.join(tmpdir(), "test-"));
}

/** Writes files, by path, into a new folder and gives its path. The folder is removed after the run. */
export function writeProject(files: Readonly<Record<string, string>>): string {
    const root = makeFolder();
    changeProject(root, files);
    return root;
}

/** Writes files into a folder of writeProject(); `undefined` removes one. */
export function changeProject(root: string, files: Readonly<Record<string, string | undefined>>): void {
    for (const [name, text] of Object.entries(files)) {
        const file = path.join(root, name);
        if (text === undefined) {
            rmSync(file, { recursive: true, force: true });
            continue;
        }
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
    }
}
