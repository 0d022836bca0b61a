import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./deployed.ts";
import { writeProject } from "./project.ts";

/** How many migrations this repository has. */
export const migrationCount = readdirSync(path.join(root, "migrations")).filter((name) => name.includes(".do.")).length;

/** Copies this repository's migrations, views and triggers into a new project, with `files` on top; gives its path. */
export function copyRepository(files: Readonly<Record<string, string>> = {}): string {
    const own: Record<string, string> = {};
    for (const folder of ["migrations", "views", "triggers"]) {
        for (const name of existsSync(path.join(root, folder)) ? readdirSync(path.join(root, folder)) : []) {
            if (name.endsWith(".sql")) own[`${folder}/${name}`] = readFileSync(path.join(root, folder, name), "utf8");
        }
    }
    return writeProject({ ...own, ...files });
}

/** A copy of this repository's SQL files, with its package.json and, if wanted, its bundled seed; gives its path. */
export function copyProject(options: { seeds?: boolean } = {}, files: Readonly<Record<string, string>> = {}): string {
    const own: Record<string, string> = { "package.json": readFileSync(path.join(root, "package.json"), "utf8") };
    const seeds = path.join(root, "seeds/data");
    for (const name of options.seeds ? readdirSync(seeds, { recursive: true, encoding: "utf8" }) : []) {
        if (name.endsWith(".json")) own[`seeds/data/${name}`] = readFileSync(path.join(seeds, name), "utf8");
    }
    return copyRepository({ ...own, ...files });
}
