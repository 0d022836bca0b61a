import type { Connection } from "../database/connection.ts";
import { type DocumentedFile, readSqlFolder, requireValues, type SqlFolder } from "../sql/documented/folder.ts";
import type { Refuse } from "../sql/documented/header.ts";
import { bindNames, listParameters } from "./files.ts";

/** A statement that inserts rows for a database as large as the real one, or that prepares for such statements. */
export interface Volume {
    readonly path: string;
    readonly sql: string;
    /** How many rows the documents call "large"; undefined for a statement that runs once. */
    readonly large: number | undefined;
}

export interface FillProgress {
    readonly path: string;
    /** Rows of this file so far, and in all. */
    readonly done: number;
    readonly total: number;
}

const folder: SqlFolder = {
    path: "queries/volumes",
    names: { pattern: /^(.+)\.sql$/, remedy: "let its name end with .sql, or move it elsewhere" },
    page: "docs/reference/queries.md",
    headings: { Large: null },
    isUntitled: true,
};
/** No statement takes longer than a second, even on a slow disk. */
const chunk = 5_000;

/**
 * Reads the statements that insert rows, in the order of their names. One with `-- Large: 5000` inserts the rows `:first`
 * to `:last` of `:total`; one without runs once, as it is.
 *
 * @throws AppError `invalid-files` for a file that cannot be one of them
 */
export function readVolumes(root: string): Promise<Volume[]> {
    return readSqlFolder(root, folder, parseVolume);
}

/** Counts the rows that a file inserts at `times` the large volume; 1 for a statement that runs once. */
export function countVolumeRows({ large }: Volume, times: number): number {
    return large === undefined ? 1 : Math.max(1, Math.round(large * times));
}

/** Maps each table that the statements fill to the number of rows that the documents call "large". Pure. */
export function mapLarge(volumes: readonly Volume[]): ReadonlyMap<string, number> {
    return new Map(
        volumes.flatMap(({ sql, large }) => {
            const table = /INSERT INTO\s+(\w+)/i.exec(sql)?.[1];
            return table === undefined || large === undefined ? [] : [[table, large] as const];
        }),
    );
}

/** Fills an empty, deployed database with `times` (a fraction or multiple of) the large volumes: always the same rows. */
export async function fillVolumes(
    connection: Pick<Connection, "write">,
    volumes: readonly Volume[],
    times: number,
    progress: (state: FillProgress) => void | Promise<void> = () => undefined,
): Promise<void> {
    for (const volume of volumes) {
        const total = countVolumeRows(volume, times);
        for (let first = 1; first <= total; first += chunk) {
            const last = Math.min(total, first + chunk - 1);
            await connection.write([bindNames(volume.sql, { first, last, total })]);
            await progress({ path: volume.path, done: last, total });
        }
    }
}

function parseVolume({ path, statements }: DocumentedFile, refuse: Refuse): Volume {
    const [statement] = statements;
    requireValues(statement, [":first", ":last", ":total"], refuse);
    const large = statement.header.parts.get("Large");
    const names = listParameters(statement.tokens);
    if (large && !/^\d+$/.test(large.text))
        refuse(large.line, "is not a number of rows", "write it as `-- Large: 5000`");
    else if (large && !(names.includes("first") && names.includes("last"))) {
        refuse(statement.line, "does not say which rows it inserts", "insert the rows number :first to :last");
    }
    return { path, sql: statement.sql, large: large && Number(large.text) };
}
