import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileTarget } from "../../database/target.ts";
import type { CheckedBackup } from "./check.ts";
import { type RestoreInput, restore } from "./restore.ts";
import { type Verification, verifyRestored } from "./verify.ts";

/**
 * Restores a backup into a scratch file, which compares every row, and checks that file.
 * @throws AppError as restore()
 */
export async function tryRestore(
    input: Pick<RestoreInput, "file" | "onBytes" | "onRows" | "onNote" | "signal"> & { readonly backup: CheckedBackup },
): Promise<Verification> {
    const folder = await mkdtemp(join(tmpdir(), "db-restore-verify-"));
    const path = join(folder, "scratch.db");
    const target: FileTarget = { kind: "file", path, label: "the scratch database", local: true };
    try {
        const nothing = { choice: { replace: false }, live: [], wait: 0, settle: async () => undefined };
        await restore({ ...input, ...nothing, target });
        return await verifyRestored(target, input.signal);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
