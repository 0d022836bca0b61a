import { join } from "node:path";
import { journalPath, refuseSource, type SourceFolder, type SourceMigration, toSourceText } from "./source.ts";

/** Reads the files of drizzle-kit in the order of its journal; they go forward only. */
export function readDrizzle(folder: SourceFolder): SourceMigration[] {
    const tags = readTags(folder);
    const twin = tags.find((tag, at) => tags.indexOf(tag) !== at);
    const path = join(folder.path, journalPath);
    if (twin !== undefined) refuseSource(`${path} lists '${twin}' twice`, "remove one of the entries");
    return tags.map((tag) => {
        if (!folder.files.has(`${tag}.sql`)) {
            refuseSource(`${path} lists '${tag}', but there is no ${tag}.sql`, "restore the file, or remove the entry");
        }
        return {
            version: tag,
            name: tag.replace(/^\d+_/, ""),
            up: toSourceText(folder, `${tag}.sql`),
            down: undefined,
        };
    });
}

function readTags({ path, files }: SourceFolder): string[] {
    const journal = join(path, journalPath);
    try {
        const { entries } = JSON.parse(files.get(journalPath) ?? "") as { entries: { tag: unknown }[] };
        return entries.map(({ tag }) => {
            if (typeof tag !== "string") throw new TypeError("an entry has no tag");
            return tag;
        });
    } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return refuseSource(`${journal} cannot be read: ${why}`, "restore the file as drizzle-kit wrote it");
    }
}
