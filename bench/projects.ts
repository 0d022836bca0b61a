import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { splitStatements } from "../src/sql/statements.ts";

/** The same SQL in one temporary folder for every tool: migrations/, views/, triggers/, postgrator/ and drizzle/. */
export interface Project {
    directory: string;
    migrations: number;
    /** All of it as one script. */
    script: string;
}

interface SqlFile {
    name: string;
    sql: string;
}

/** Makes a project of this repository's own SQL. */
export async function createOwnProject(root: string): Promise<Project> {
    const migrations = await readSqlFiles(path.join(root, "migrations"));
    const views = await readSqlFiles(path.join(root, "views"));
    const triggers = await readSqlFiles(path.join(root, "triggers"));
    return writeProject(migrations, views, triggers);
}

/** Makes a project of `count` migrations with one table each. */
export function createTinyProject(count: number): Promise<Project> {
    const migrations = Array.from({ length: count }, (_, index): SqlFile => {
        const number = String(index + 1).padStart(3, "0");
        const sql = `CREATE TABLE tiny_${number} (\n    id INTEGER PRIMARY KEY,\n    note TEXT\n) STRICT;\n`;
        return { name: `${number}.do.add-tiny-${number}.sql`, sql };
    });
    return writeProject(migrations, [], []);
}

async function readSqlFiles(directory: string): Promise<SqlFile[]> {
    const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
    return Promise.all(names.map(async (name) => ({ name, sql: await readFile(path.join(directory, name), "utf8") })));
}

async function writeProject(migrations: SqlFile[], views: SqlFile[], triggers: SqlFile[]): Promise<Project> {
    const directory = await mkdtemp(path.join(tmpdir(), "bench-"));
    const steps = migrations.filter((file) => file.name.includes(".do."));
    const objects = [...views, ...triggers].map((file) => file.sql).join("\n");
    // The peers know no views and triggers apart from history: there they are the last migration.
    const last: SqlFile = { name: `${steps.length + 1}.do.add-views-and-triggers.sql`, sql: objects };
    const peerSteps = objects === "" ? steps : [...steps, last];

    await writeFiles(path.join(directory, "migrations"), migrations);
    await writeFiles(path.join(directory, "views"), views);
    await writeFiles(path.join(directory, "triggers"), triggers);
    await writeFiles(path.join(directory, "postgrator"), peerSteps);
    await writeDrizzleFolder(path.join(directory, "drizzle"), peerSteps);
    return { directory, migrations: steps.length, script: peerSteps.map((file) => file.sql).join("\n") };
}

/** As drizzle-kit generates it: a journal, and files whose statements stand apart by a marker. */
async function writeDrizzleFolder(directory: string, steps: SqlFile[]): Promise<void> {
    const entries = steps.map((file, idx) => {
        const tag = `${String(idx).padStart(4, "0")}_${path.basename(file.name, ".sql").replaceAll(".", "_")}`;
        return { idx, version: "6", when: 1_700_000_000_000 + idx, tag, breakpoints: true };
    });
    const files = steps.map((file, idx): SqlFile => {
        const statements = splitStatements(file.sql).map((statement) => `${statement.sql};`);
        return { name: `${entries[idx]?.tag}.sql`, sql: statements.join("\n--> statement-breakpoint\n") };
    });
    await writeFiles(directory, files);
    const journal = { version: "7", dialect: "sqlite", entries };
    await writeFiles(path.join(directory, "meta"), [{ name: "_journal.json", sql: JSON.stringify(journal, null, 2) }]);
}

async function writeFiles(directory: string, files: SqlFile[]): Promise<void> {
    await mkdir(directory, { recursive: true });
    for (const file of files) await writeFile(path.join(directory, file.name), file.sql);
}
