import { type MigrationFile, readFiles, withUndo } from "../../planning/files.ts";

const coreTable = "schemaversion";

/** Compares the highest version of each version table with the files, in a sentence; undefined without files. */
export async function compareVersions(
    root: string,
    versions: Readonly<Record<string, number>>,
): Promise<string | undefined> {
    const found = await readFiles(root).catch(() => undefined);
    const latest = Math.max(0, ...(found?.sets[0]?.migrations ?? []).filter(isFinished).map((file) => file.version));
    if (latest === 0) return undefined;
    const version = versions[coreTable];
    if (version === undefined) return "It has no version records: see `pnpm db:baseline` and `pnpm db:adopt`.";
    if (version < latest)
        return `It is at version ${version}, and the files are at ${latest}: run \`pnpm db:migrate\` next.`;
    if (version > latest)
        return `It is at version ${version}, which is newer than the files (${latest}): use a newer checkout.`;
    return `It is at version ${version}, that of the files.`;
}

// A deploy refuses one without a statement.
function isFinished(file: MigrationFile): boolean {
    return withUndo(file).every(({ statements }) => statements.length > 0);
}
