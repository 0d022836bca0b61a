import { join } from "node:path";
import { refuseTwins } from "./numbered.ts";
import { refuseSource, type SourceFolder, type SourceMigration, settingsName, toSourceText } from "./source.ts";

/** Whether a sub-folder has a file of this name. */
export function hasFolderWith({ files }: SourceFolder, name: string): boolean {
    return [...files.keys()].some((file) => file.endsWith(`/${name}`));
}

/**
 * Reads a sub-folder for each migration, in the order of their names: migration.sql as Prisma writes it, also with a
 * down.sql, or up.sql and down.sql as diesel does.
 *
 * @param forward the name of the file that goes forward
 */
export function readFolders(folder: SourceFolder, forward: "migration.sql" | "up.sql"): SourceMigration[] {
    const names = new Set<string>();
    for (const file of folder.files.keys()) {
        const [, name, part] = /^(\d[^/]*)\/(.*)$/.exec(file) ?? [];
        if (name === undefined || (part !== forward && part !== "down.sql")) {
            const message = `${join(folder.path, file)} is not a ${forward} or down.sql of a migration`;
            refuseSource(message, "move it out of the folder if it is not a migration");
        }
        names.add(name);
    }
    const versions = new Map<string, string>();
    return [...names].sort().map((name) => {
        const [, digits = name, words = ""] = /^([\d-]*\d)[_-]*(.*)$/.exec(name) ?? [];
        const version = digits.replaceAll("-", "");
        const first = versions.get(version);
        if (forward === "up.sql" && first !== undefined) refuseTwins(folder, first, name);
        versions.set(version, name);
        if (!folder.files.has(`${name}/${forward}`)) {
            const message = `${join(folder.path, name)} has no ${forward}`;
            refuseSource(message, "restore it, or move the folder elsewhere");
        }
        const hasDown = folder.files.has(`${name}/down.sql`);
        return {
            version: name,
            name: words,
            up: toSourceText(folder, `${name}/${forward}`),
            down: hasDown ? toSourceText(folder, `${name}/down.sql`) : undefined,
            ...(forward === "up.sql" ? findUnwrapped(folder, name) : {}),
        };
    });
}

function findUnwrapped({ path, settings }: SourceFolder, name: string): Pick<SourceMigration, "unwrapped"> {
    const lines = (settings.get(name) ?? "").split("\n");
    const at = lines.findIndex((line) => /^\s*run_in_transaction\s*=\s*false\b/.test(line));
    return at === -1 ? {} : { unwrapped: { path: join(path, name, settingsName), line: at + 1 } };
}
