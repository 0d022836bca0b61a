import { spawnSync } from "node:child_process";
import {
    chmodSync,
    closeSync,
    copyFileSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    rmSync,
    statfsSync,
    statSync,
    truncateSync,
    writeFileSync,
    writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "libsql";
import type { Patience } from "../../../src/database/retry.ts";
import { hasty } from "./trial.ts";

/** A fault of a database file, or of where it is. */
export interface FileFault {
    readonly title: string;
    readonly base?: "newer";
    readonly patience?: Patience;
    /** Why it cannot be tried on this machine. */
    readonly obstacle?: string | undefined;
    /** Puts a copy of the file into this folder, with the fault; gives the path to open. */
    readonly arm: (source: string, folder: string) => ArmedFile;
}

interface ArmedFile {
    readonly file: string;
    /** What takes rights away, and what gives them back before anybody looks at the file. */
    readonly restrict?: () => void;
    readonly release?: () => void;
    /** What takes the place itself away. */
    readonly undo?: () => void;
}

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

function copyInto(source: string, folder: string): string {
    const file = path.join(folder, "app.db");
    copyFileSync(source, file);
    return file;
}

/** A fault in the bytes of the file. */
function broken(title: string, breakIt: (file: string) => void): FileFault {
    return {
        title,
        arm: (source, folder) => {
            const file = copyInto(source, folder);
            breakIt(file);
            return { file };
        },
    };
}

/** A fault of permissions: root has all of them, so whoever is root tries it as somebody else. */
function forbidden(title: string, mode: { file: number; folder: number }): FileFault {
    return {
        title,
        obstacle: process.seteuid === undefined ? "no users here" : undefined,
        arm: (source, folder) => {
            const file = copyInto(source, folder);
            return {
                file,
                restrict: () => {
                    chmodSync(file, mode.file);
                    chmodSync(folder, mode.folder);
                    if (isRoot) process.seteuid?.(nobody);
                },
                release: () => {
                    if (isRoot) process.seteuid?.(0);
                    chmodSync(folder, 0o755);
                    chmodSync(file, 0o644);
                },
            };
        },
    };
}

/** A disk of its own that has this much room beside the file, in bytes, and room for this many further files. */
function full(title: string, room: (size: number) => number, files?: number): FileFault {
    return {
        title,
        obstacle: canMount() ? undefined : "only root can mount a small disk, on Linux",
        arm: (source, folder) => {
            const disk = path.join(folder, "disk");
            mkdirSync(disk);
            const { size } = statSync(source);
            mount(disk, size + room(size), files);
            return { file: copyInto(source, disk), undo: () => void spawnSync("umount", ["-l", disk]) };
        },
    };
}

function mount(folder: string, bytes: number, files?: number): boolean {
    const pages = Math.ceil(bytes / 4096);
    // The folder itself and the database take one each.
    const limits = [`size=${pages * 4}k`, ...(files === undefined ? [] : [`nr_inodes=${files + 2}`])];
    return spawnSync("mount", ["-t", "tmpfs", "-o", limits.join(), "tmpfs", folder]).status === 0;
}

function canMount(): boolean {
    if (!isRoot || process.platform !== "linux") return false;
    const folder = mkdtempSync(path.join(tmpdir(), "mount-test-"));
    try {
        const isMounted = mount(folder, 65_536) && statfsSync(folder).blocks * statfsSync(folder).bsize === 65_536;
        if (isMounted) spawnSync("umount", [folder]);
        return isMounted;
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

// Everything but the first page, which holds the header: the schema itself goes on behind it.
function damage(file: string): void {
    const { size } = statSync(file);
    const open = openSync(file, "r+");
    writeSync(open, Buffer.alloc(size - 4096, 0xab), 0, size - 4096, 4096);
    closeSync(open);
}

function busy(title: string, lock: "IMMEDIATE" | "EXCLUSIVE"): FileFault {
    return {
        title,
        patience: { ...hasty, wait: 0 },
        arm: (source, folder) => {
            const file = copyInto(source, folder);
            const holder = new Database(file);
            holder.exec(`BEGIN ${lock}`);
            return {
                file,
                release: () => {
                    holder.exec("ROLLBACK");
                    holder.close();
                },
            };
        },
    };
}

const everybody = { file: 0o666, folder: 0o777 };

/** Every fault of a file that the table has. */
export const fileFaults: readonly FileFault[] = [
    { title: "missing folder", arm: (_, folder) => ({ file: path.join(folder, "none/app.db") }) },
    {
        title: "path is a folder",
        arm: (_, folder) => {
            mkdirSync(path.join(folder, "app.db"));
            return { file: path.join(folder, "app.db") };
        },
    },
    broken("not a database", (file) => writeFileSync(file, "Dear diary, today I was opened by mistake.\n".repeat(99))),
    broken("corrupt pages", damage),
    broken("truncated file", (file) => truncateSync(file, 8 * 1024)),
    forbidden("unreadable file", { ...everybody, file: 0 }),
    forbidden("read-only file", { ...everybody, file: 0o444 }),
    forbidden("read-only folder", { ...everybody, folder: 0o555 }),
    busy("busy file, others may read", "IMMEDIATE"),
    busy("busy file, others may not read", "EXCLUSIVE"),
    full("full disk, no room for the copy aside", () => 16_384),
    full("full disk, no room for the change", (size) => size + 8_192),
    full("disk with room for no further file", () => 64_000_000, 0),
    {
        title: "database newer than the files",
        base: "newer",
        arm: (source, folder) => ({ file: copyInto(source, folder) }),
    },
];
