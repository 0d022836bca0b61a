import { type MigrationFile, withUndo } from "../files.ts";

/** Renders the command that gives the file of a migration another version, in as many digits as it has. */
export function renderMove(path: string, version: number): string {
    return `mv ${path} ${renumber(path, version)}`;
}

function renumber(path: string, version: number): string {
    return path.replace(/\d+(?=\.(?:do|undo)\.[^/]*$)/, (digits) => String(version).padStart(digits.length, "0"));
}

/** Where a migration right before another one goes. */
export interface PlaceBefore {
    readonly path: string;
    /** The command that first gives the other one, and those that follow it without a gap, the next numbers. */
    readonly makeRoom: string | undefined;
}

/**
 * Finds where a migration goes that deletes rows right before `file`, which is not applied yet.
 *
 * @param migrations the migrations of its set
 */
export function findPlaceBefore(file: MigrationFile, migrations: readonly MigrationFile[]): PlaceBefore {
    const versions = new Map(migrations.map((item) => [item.version, item]));
    const toPath = (version: number): string =>
        renumber(file.path, version).replace(/\.do\.[^/]*$/, ".do.delete-rows.sql");
    if (file.version > 1 && !versions.has(file.version - 1)) {
        return { path: toPath(file.version - 1), makeRoom: undefined };
    }
    const moves: string[] = [];
    for (let next: MigrationFile | undefined = file; next; next = versions.get(next.version + 1)) {
        const to = next.version + 1;
        moves.unshift(...withUndo(next).map(({ path }) => renderMove(path, to)));
    }
    return { path: toPath(file.version), makeRoom: moves.join(" && ") };
}
