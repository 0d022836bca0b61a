import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./deployed.ts";

/** The files of this repository that git tracks or would track, by path. */
export function listTree(): string[] {
    const options = { cwd: root, encoding: "utf8" } as const;
    return execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], options)
        .split("\0")
        .filter((name) => name !== "" && existsSync(join(root, name)));
}

/** Copies these files into a folder. */
export function copyTree(target: string): void {
    for (const path of listTree()) {
        mkdirSync(dirname(join(target, path)), { recursive: true });
        cpSync(join(root, path), join(target, path));
    }
}
