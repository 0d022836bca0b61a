import { join } from "node:path";
import { AppError } from "../errors.ts";
import { readDrizzle } from "./drizzle.ts";
import { hasFolderWith, readFolders } from "./folders.ts";
import { hasMarkers, readMarked } from "./marked.ts";
import { readGolangMigrateName, readPairs, readPlain, readPlainName, readPostgratorName } from "./numbered.ts";
import {
    journalPath,
    listTop,
    nothingWritten,
    refuseSource,
    type SourceFolder,
    type SourceMigration,
} from "./source.ts";

interface Format {
    /** Whether a folder looks like one of this tool. */
    detect(folder: SourceFolder): boolean;
    /**
     * Reads the migrations in the order in which the tool runs them.
     * @throws AppError `invalid-files` for a file that does not belong to the format
     */
    read(folder: SourceFolder): SourceMigration[];
}

const markedTools = ["dbmate", "goose", "sql-migrate"];

const formats = new Map<string, Format>(
    Object.entries<Format>({
        postgrator: {
            detect: (folder) => listTop(folder).some((file) => readPostgratorName(file)),
            read: (folder) => readPairs(folder, readPostgratorName, "001.do.add-tags.sql"),
        },
        dbmate: {
            detect: (folder) => hasMarkers(folder, "dbmate"),
            read: (folder) => readMarked(folder, "dbmate", "file name"),
        },
        goose: {
            detect: (folder) => hasMarkers(folder, "goose"),
            read: (folder) => readMarked(folder, "goose", "number"),
        },
        "golang-migrate": {
            detect: (folder) => listTop(folder).some((file) => readGolangMigrateName(file)),
            read: (folder) => readPairs(folder, readGolangMigrateName, "1_add_tags.up.sql"),
        },
        drizzle: { detect: ({ files }) => files.has(journalPath), read: readDrizzle },
        prisma: {
            detect: (folder) => hasFolderWith(folder, "migration.sql"),
            read: (folder) => readFolders(folder, "migration.sql"),
        },
        diesel: {
            detect: (folder) => hasFolderWith(folder, "up.sql"),
            read: (folder) => readFolders(folder, "up.sql"),
        },
        d1: { detect: isPlain, read: readPlain },
        "sql-migrate": {
            detect: (folder) => hasMarkers(folder, "sql-migrate"),
            read: (folder) => readMarked(folder, "sql-migrate", "number"),
        },
    }),
);

export const formatNames: readonly string[] = [...formats.keys()];

// Files without anything by which another tool would be known.
function isPlain(folder: SourceFolder): boolean {
    const names = [...folder.files.keys()];
    return (
        names.length > 0 &&
        names.every((file) => !file.includes("/") && readPlainName(file)) &&
        !markedTools.some((tool) => hasMarkers(folder, tool))
    );
}

/**
 * Finds the format of a folder and reads its migrations.
 *
 * @param wanted the format, where the user names one
 * @throws AppError `usage` when no format or several fit, `invalid-files` for a file that does not belong to it
 */
export function readMigrations(
    folder: SourceFolder,
    wanted?: string,
): { readonly format: string; readonly migrations: readonly SourceMigration[] } {
    const name = wanted ?? detectFormat(folder);
    const format = formats.get(name);
    if (!format) {
        throw new AppError("usage", `'${name}' is not a format that can be imported`, {
            hint: `the formats are ${formatNames.join(", ")}`,
            outcome: nothingWritten,
        });
    }
    refusePrograms(folder);
    const migrations = format.read(folder);
    if (migrations.length > 0) return { format: name, migrations };
    throw new AppError("usage", `${folder.path} has no migrations of ${name}`, {
        hint: "name the folder that holds the SQL files themselves",
        outcome: nothingWritten,
    });
}

// Some tools also run programs, which are numbered like the SQL files.
function refusePrograms({ path, others }: SourceFolder): void {
    const program = others.find((file) => /^\d[^/]*\.[a-z]+$/i.test(file));
    if (program === undefined) return;
    const hint = "write its statements into an SQL file of that name, or move it out of the folder";
    refuseSource(`${join(path, program)} is not SQL, so its place in the history would stay empty`, hint);
}

function detectFormat(folder: SourceFolder): string {
    const found = formatNames.filter((name) => formats.get(name)?.detect(folder));
    const [first, second] = found;
    if (first !== undefined && second === undefined) return first;
    if (first === undefined) {
        throw new AppError("usage", `${folder.path} has no migrations of a known format`, {
            hint: `name the folder that holds the SQL files themselves, or the format by \`--format\` (${formatNames.join(", ")})`,
            outcome: nothingWritten,
        });
    }
    throw new AppError("usage", `${folder.path} looks like a folder of ${found.join(" and of ")}`, {
        hint: `say which by \`--format ${first}\` or \`--format ${second}\``,
        outcome: nothingWritten,
    });
}
