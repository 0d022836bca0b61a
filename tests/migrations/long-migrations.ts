import { createClient } from "@libsql/client";
import { assertLocal } from "../support/local.ts";
import { writeProject } from "../support/project.ts";

/** The files of a project with a long migration between two short ones. */
type Project = Record<string, string>;

const short: Project = {
    "migrations/001.do.notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
    "migrations/003.do.later.sql": "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS\nSELECT notes.id AS id FROM notes;\n",
};
/** The long one, and what only its statements hold. */
export const long = "migrations/002.do.fill.sql";
export const longSql = "INSERT INTO filled";
const sample = 3_000;

/** How many pairs of rows this machine's server goes through in a second, inside a transaction; the best of three. */
export async function measurePace(url: string): Promise<number> {
    const start = `CREATE TABLE notes (id INTEGER PRIMARY KEY); CREATE TABLE filled (pair INTEGER); ${renderNotes("id", sample)}`;
    return sample ** 2 / (await timeInTransaction(url, start, renderPairs(0, 1)));
}

/** How many steps of a recursive query it takes in a second. */
export async function measureCounting(url: string): Promise<number> {
    const steps = 2_000_000;
    return steps / (await timeInTransaction(url, "CREATE TABLE filled (pair INTEGER);", renderCounting(steps)));
}

// In seconds, without the start; nothing stays in the database.
async function timeInTransaction(url: string, start: string, work: string): Promise<number> {
    assertLocal(url);
    const client = createClient({ url });
    const time = async (script: string): Promise<number> => {
        const startedAt = performance.now();
        await client.executeMultiple(`BEGIN IMMEDIATE; ${script} ROLLBACK;`);
        return performance.now() - startedAt;
    };
    const idle = await time(start);
    const times = [await time(start + work), await time(start + work), await time(start + work)];
    client.close();
    return Math.max(1, Math.min(...times) - idle) / 1000;
}

/**
 * A database at version 1 with an app's rows, and the project that goes on from there: its second migration goes through
 * all pairs of those rows, which takes `seconds`, in as many statements as are asked for.
 */
export async function prepareLongMigration(
    url: string,
    { pace, seconds, statements }: { pace: number; seconds: number; statements: number },
    deployTo: (root: string) => Promise<unknown>,
): Promise<string> {
    const pairs = Array.from({ length: statements }, (_, at) => `${renderPairs(at, statements)}\n`).join("");
    await deployTo(writeProject({ "migrations/001.do.notes.sql": short["migrations/001.do.notes.sql"] ?? "" }));
    const client = createClient({ url });
    await client.executeMultiple(renderNotes("id, body", Math.round(Math.sqrt(pace * seconds))));
    client.close();
    return writeProject({ ...short, [long]: `CREATE TABLE filled (pair INTEGER) STRICT;\n${pairs}` });
}

/** The same for a fresh database: the second migration counts for `seconds`, in one statement. */
export function writeCountingProject(pace: number, seconds: number): string {
    const count = renderCounting(Math.round(pace * seconds));
    return writeProject({ ...short, [long]: `CREATE TABLE filled (pair INTEGER) STRICT;\n${count}\n` });
}

function renderCounting(steps: number): string {
    return (
        `INSERT INTO filled (pair) WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < ${steps}) ` +
        `SELECT n FROM step WHERE n % 100 = 0;`
    );
}

function renderNotes(columns: string, rows: number): string {
    const values = columns === "id" ? "n" : "n, 'note ' || n";
    return (
        `INSERT INTO notes (${columns}) WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ${rows}) ` +
        `SELECT ${values} FROM row;`
    );
}

function renderPairs(part: number, parts: number): string {
    return (
        `INSERT INTO filled (pair) SELECT one.id * 100000 + other.id FROM notes AS one CROSS JOIN notes AS other ` +
        `WHERE one.id % ${parts} = ${part} AND (one.id + other.id) % 100 = 0;`
    );
}
