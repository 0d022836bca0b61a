import { beforeAll, expect, test } from "vitest";
import { readFiles, type SqlFile } from "../../src/migrations/files.ts";
import { changeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { type Deployed, deploy, deployWell, textOf } from "./deploying.ts";
import { copyRepository } from "./repository.ts";
import { emptySnapshot, readSnapshot, type Snapshot, tell, withoutTimes } from "./snapshot.ts";

/** One statement of one file, and the file with that statement broken. */
interface Break {
    readonly file: SqlFile;
    readonly line: number;
    readonly broken: string;
    /** What the database says of it, whichever it is. */
    readonly reason: string;
}

let root: string;
let migrations: readonly (SqlFile & { version: number })[];
let objects: readonly SqlFile[];

beforeAll(async () => {
    root = copyRepository();
    const core = (await readFiles(root)).sets[0];
    migrations = core?.migrations ?? [];
    objects = core?.objects ?? [];
});

// Odd ones do not parse; even ones do, and fail when they run.
function breakEach(file: SqlFile): Break[] {
    return file.statements.map(({ sql, line, tokens }, at) => {
        const start = tokens[0]?.offset ?? 0;
        const isOdd = at % 2 === 0;
        const text = isOdd ? "CREATE TABEL broken (id)" : "SELECT id FROM a_missing_table";
        const reason = isOdd ? 'near "TABEL": syntax error' : "no such table: a_missing_table";
        return { file, line, reason, broken: file.sql.slice(0, start) + text + file.sql.slice(start + sql.length) };
    });
}

// A view or trigger must create itself, so what breaks is the last table that it names.
function breakTable(file: SqlFile): Break {
    const { line = 0, tokens = [] } = file.statements[0] ?? {};
    const at = tokens.findLastIndex(({ text }) => /^(FROM|INTO|UPDATE)$/.test(text));
    const { offset = 0, text = "" } = tokens[at + 1] ?? {};
    const broken = `${file.sql.slice(0, offset)}a_missing_table${file.sql.slice(offset + text.length)}`;
    return { file, line, broken, reason: `no such table: main.a_missing_table` };
}

async function deployBroken(address: { url: string }, { file, broken }: Break): Promise<Deployed> {
    changeProject(root, { [file.path]: broken });
    try {
        return await deploy(root, address);
    } finally {
        changeProject(root, { [file.path]: file.sql });
    }
}

function expectNamed({ error }: Deployed, { file, line, reason }: Break, version: number): void {
    expect(textOf(error)).toContain(`${file.path}:${line}: ${reason}\n`);
    expect(error?.code).toBe("migration-failed");
    expect(error?.outcome).toContain(`Nothing was applied. The database is still at version ${version}.`);
}

describeTargets("a broken statement", (target) => {
    let undisturbed: Omit<Snapshot, "lock">;

    beforeAll(async () => {
        const database = await target.createDatabase();
        await deployWell(root, database);
        undisturbed = withoutTimes(await readSnapshot(database));
        expect(undisturbed.versions).toHaveLength(migrations.length);
    });

    test("is named, leaves an empty database empty, and once mended the next run finishes: in every place", async () => {
        const breaks = migrations.flatMap(breakEach);
        for (const item of breaks) {
            const database = await target.createDatabase();
            expectNamed(await deployBroken(database, item), item, 0);
            expect(await readSnapshot(database)).toEqual(emptySnapshot);
            await deployWell(root, database);
            expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
            await database.close();
        }
        tell(`${target.name} ${breaks.length} statements of ${migrations.length} files broken, 0 traces left`);
    });

    test("is named, leaves the version before it untouched, and once mended the next run goes on", async () => {
        const database = await target.createDatabase();
        let tried = 0;
        for (const [at, file] of migrations.entries()) {
            const before = await readSnapshot(database);
            for (const item of breakEach(file)) {
                expectNamed(await deployBroken(database, item), item, migrations[at - 1]?.version ?? 0);
                expect(await readSnapshot(database)).toEqual(before);
                tried++;
            }
            await deployWell(root, database, { to: file.version });
        }
        expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
        tell(`${target.name} ${tried} statements broken on the version before their file, 0 traces left`);
    });

    test("is named in a view or trigger too, and leaves an empty database empty", async () => {
        const database = await target.createDatabase();
        for (const file of objects) {
            const item = breakTable(file);
            expectNamed(await deployBroken(database, item), item, 0);
            expect(await readSnapshot(database)).toEqual(emptySnapshot);
        }
        await deployWell(root, database);
        expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
        tell(`${target.name} ${objects.length} views and triggers broken, 0 traces left`);
    });
});
