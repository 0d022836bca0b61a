import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareWithPostgrator, findPostgratorProblems, readByPostgrator } from "../../src/lint/postgrator.ts";
import { type FoundFiles, type MigrationFile, type MigrationSet, readFiles } from "../../src/planning/files.ts";
import { writeProject } from "../support/project.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const table = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;\n";

const project = {
    "migrations/001.do.add-a.sql": `\uFEFF-- Añade.\r\n${table.replace("\n", "\r\n")}`,
    "migrations/001.undo.add-a.sql": "DROP TABLE a;\r",
    "migrations/9.do.add-b.sql": table.replace("a", "b"),
    "migrations/0010.do.add-c.sql": table.replace("a", "c"),
    "migrations/extra/001.do.add-d.sql": table.replace("a", "d"),
};

function change(set: MigrationSet | undefined, path: string, change: Partial<MigrationFile>): MigrationSet {
    if (!set) throw new Error("no set");
    const migrations = set.migrations.map((file) => (file.path === path ? { ...file, ...change } : file));
    return { ...set, migrations };
}

async function read(files: Readonly<Record<string, string>>): Promise<{ root: string; found: FoundFiles }> {
    const root = writeProject(files);
    return { root, found: await readFiles(root) };
}

test("postgrator reads this repository's migrations as the runner does", async () => {
    const found = await readFiles(repository);
    expect(found.sets[0]?.migrations.length).toBeGreaterThan(10);
    expect(await findPostgratorProblems(repository, found)).toEqual([]);
});

test("postgrator reads every accepted name, line ending, byte order mark and optional set as the runner does", async () => {
    const { root, found } = await read(project);
    expect(found.sets.map(({ migrations }) => migrations.length)).toEqual([3, 1]);
    expect(await findPostgratorProblems(root, found)).toEqual([]);
    expect((await readByPostgrator(root, "migrations")).length).toBe(4);
});

test("a folder whose path looks like a pattern is read", async () => {
    const { root, found } = await read(
        Object.fromEntries(Object.entries(project).map(([path, sql]) => [`{a,b} [c]*(d)?/${path}`, sql])),
    );
    expect(found.sets[0]?.migrations).toEqual([]);
    const inside = `${root}/{a,b} [c]*(d)?`;
    const files = await readFiles(inside);
    expect(files.sets[0]?.migrations.length).toBe(3);
    expect(await findPostgratorProblems(inside, files)).toEqual([]);
});

test("a name with dots, of which postgrator keeps one part, is told with its file and remedy", async () => {
    const path = "migrations/002.do.with.dots.sql";
    const { root, found } = await read({ ...project, [path]: table });
    expect(found.unrecognised).toEqual([path]);
    const theirs = await readByPostgrator(root, "migrations");
    // As a reader would have it that accepts dots.
    const [core] = found.sets;
    const set = change(core, "migrations/9.do.add-b.sql", { path, version: 2, name: "with.dots" });
    expect(compareWithPostgrator(set, theirs)).toEqual([
        {
            rule: "file-name",
            path,
            message: "postgrator reads do 2 'with', not do 2 'with.dots'",
            remedy: expect.stringContaining("name it like 013.do.add-something.sql"),
        },
    ]);
});

test("a version, a checksum, a missing file and another order are told", async () => {
    const { root, found } = await read(project);
    const [core] = found.sets;
    const theirs = await readByPostgrator(root, "migrations");
    const path = "migrations/9.do.add-b.sql";
    const tell = (set: MigrationSet, files = theirs): string[] =>
        compareWithPostgrator(set, files).map((problem) => `${problem.path}: ${problem.message}`);
    expect(tell(change(core, path, { version: 90 }))).toEqual([
        `${path}: postgrator reads do 9 'add-b', not do 90 'add-b'`,
    ]);
    expect(tell(change(core, path, { md5: "0" }))).toEqual([
        `${path}: postgrator has a different checksum of this file`,
    ]);
    expect(tell(change(core, path, { path: "migrations/9.do.add-x.sql" }))).toEqual([
        "migrations/9.do.add-x.sql: postgrator does not read this file",
    ]);
    const first = core?.migrations[0];
    if (!core || !first) throw new Error("no migration");
    expect(tell({ ...core, migrations: [...core.migrations.slice(1), first] })).toEqual([
        `${path}: postgrator applies ${first.path} in its place`,
    ]);
});

test("an undo file that postgrator has another checksum of is told", async () => {
    const { root, found } = await read(project);
    const first = found.sets[0]?.migrations[0];
    if (!first?.undo) throw new Error("no undo");
    const set = change(found.sets[0], first.path, { undo: { ...first.undo, md5: "0" } });
    expect(compareWithPostgrator(set, await readByPostgrator(root, "migrations"))).toMatchObject([
        { path: first.undo.path, message: "postgrator has a different checksum of this file" },
    ]);
});
