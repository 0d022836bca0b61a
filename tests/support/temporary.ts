import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Gives a run of the tests a temporary folder of its own, in which everything that they leave behind is removed. */
export function setup(): () => void {
    const folder = mkdtempSync(path.join(tmpdir(), "tests-"));
    // Some tests work as another user.
    chmodSync(folder, 0o1777);
    process.env.TMPDIR = folder;
    return () => rmSync(folder, { recursive: true, force: true });
}
