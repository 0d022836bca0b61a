import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { type Bases, hashOf, shapeOf } from "./bases.ts";
import type { Tried } from "./commands.ts";
import type { FileFault } from "./file-faults.ts";
import type { ServerFault } from "./server-faults.ts";
import { type Finding, tryCommand } from "./trial.ts";

const deploys = ["db:migrate", "db:push", "db:push:schema", "db:rollback"];
const takeAnyVersion = ["db:reset", "db:backup", "db:restore", "db:export", "db:doctor"];

/** Whether a command meets a fault at all: each one for which it has a sentence. */
export function meets(
    command: Tried,
    fault: Pick<ServerFault, "title" | "base"> & { at?: ServerFault["at"] },
): boolean {
    if (fault.at === "the write" && !command.writes) return false;
    if (fault.title.startsWith("lease")) return deploys.includes(command.name);
    return !(fault.base === "newer" && takeAnyVersion.includes(command.name));
}

/** What a fault is called in the committed file: on what, which, and where it is met. */
export function titleOf({ title, at }: { title: string; at?: ServerFault["at"] }): string {
    return at === undefined ? `file: ${title}` : `server: ${title}, met by ${at}`;
}

/** Gives what a database is after the command has done its work, once for each command. */
export type Undisturbed = (command: Tried) => Promise<unknown>;

/** Runs each command on a database of its own without any fault. */
export function createUndisturbed(bases: Bases): Undisturbed {
    const shapes = new Map<string, Promise<unknown>>();
    const run = async (command: Tried): Promise<unknown> => {
        const database = await bases.borrow(command.base);
        expect((await tryCommand(command, database.url)).exit).toBe(0);
        const shape = await shapeOf(database);
        await bases.giveBack(database, true);
        return shape;
    };
    return (command) => {
        const known = shapes.get(command.name) ?? run(command);
        shapes.set(command.name, known);
        return known;
    };
}

/** Tries a command on a server with a fault. The database must be as before, or as after an undisturbed run. */
export async function tryOnServer(
    bases: Bases,
    undisturbed: Undisturbed,
    fault: ServerFault,
    command: Tried,
): Promise<Finding> {
    const database = await bases.borrow(fault.base ?? command.base);
    const line = await fault.arm(database);
    const before = await hashOf(database);
    const tried = await tryCommand(command, line.url, fault.patience).finally(line.close);
    const isChanged = (await hashOf(database)) !== before;
    if (isChanged) {
        expect(await shapeOf(database)).toEqual(await undisturbed(command));
        // Nothing is done twice by whoever runs it again; what is recorded already is refused.
        expect((await tryCommand(command, database.url)).exit).toBe(command.name === "db:baseline" ? 2 : 0);
        expect(await shapeOf(database)).toEqual(await undisturbed(command));
    }
    await bases.giveBack(database, isChanged);
    return { ...tried, database: isChanged ? "as after" : "as before" };
}

/** Tries a command on a file with a fault. The file must be as before, and no half copy may lie beside it. */
export async function tryOnFile(source: string, fault: FileFault, command: Tried): Promise<Finding> {
    const folder = mkdtempSync(path.join(tmpdir(), "fault-test-"));
    chmodSync(folder, 0o755);
    const { file, restrict, release, undo } = fault.arm(source, folder);
    try {
        const before = hashFile(file);
        restrict?.();
        const tried = await tryCommand(command, `file:${file}`, fault.patience).finally(release);
        // A small change may find the room that it needs.
        const isDone = tried.exit === 0 && command.writes;
        if (!isDone) expect(hashFile(file)).toBe(before);
        expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes(".partial"))).toEqual(
            [],
        );
        return { ...tried, database: isDone ? "as after" : "as before" };
    } finally {
        undo?.();
        rmSync(folder, { recursive: true, force: true });
    }
}

function hashFile(file: string): string | undefined {
    try {
        return createHash("sha256").update(readFileSync(file)).digest("hex");
    } catch {
        return undefined;
    }
}
