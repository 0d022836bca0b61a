import { beforeAll, expect, test } from "vitest";
import { type MigrationFile, readFiles, type SqlFile } from "../../src/planning/files.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { type Deployed, deploy, deployWell, textOf } from "../support/deploying.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository } from "../support/repository.ts";
import { emptySnapshot, readSnapshot, type Snapshot, tell, withoutTimes } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";

/** One statement of one file, and the file with that statement broken. */
interface Break {
    readonly file: SqlFile;
    readonly line: number;
    readonly broken: string;
    /** What the database says of it, whichever it is. */
    readonly reason: string;
}

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
    const { tokens = [] } = file.statements[0] ?? {};
    const at = tokens.findLastIndex(
        ({ text }, index) => /^(FROM|INTO|UPDATE)$/.test(text) && tokens[index + 1]?.kind === "word",
    );
    const { offset = 0, text = "", line = 0 } = tokens[at + 1] ?? {};
    const broken = `${file.sql.slice(0, offset)}a_missing_table${file.sql.slice(offset + text.length)}`;
    return { file, line, broken, reason: `no such table: main.a_missing_table` };
}

async function deployBroken(
    root: string,
    address: { url: string },
    { file, broken }: Break,
    perFile = false,
): Promise<Deployed> {
    changeProject(root, { [file.path]: broken });
    try {
        return await deploy(root, address, { perFile });
    } finally {
        changeProject(root, { [file.path]: file.sql });
    }
}

function expectNamed({ error }: Deployed, { file, line, reason }: Break, version: number): void {
    expect(textOf(error)).toContain(`${file.path}:${line}: ${reason}\n`);
    expect(error?.code).toBe("migration-failed");
    expect(error?.outcome).toContain(`Nothing was applied. The database is still at version ${version}.`);
}

/**
 * The tests of a run that breaks at one statement after another.
 *
 * @param breaksAll whether that is every statement, each in a database of its own that the next run finishes; else the
 * first and the last one of each file, in a database for each file
 */
export function describeBrokenStatements(breaksAll: boolean): void {
    const pick = (file: SqlFile): Break[] => {
        const all = breakEach(file);
        return breaksAll ? all : all.filter((_, at) => at === 0 || at === all.length - 1);
    };
    const which = breaksAll ? "every statement" : "the first and the last statement of each file";

    describeTargets("a broken statement", (target) => {
        const root = copyRepository();
        let migrations: readonly MigrationFile[];
        let objects: readonly SqlFile[];
        let undisturbed: Omit<Snapshot, "lock">;

        beforeAll(async () => {
            const core = (await readFiles(root)).sets[0];
            migrations = core?.migrations ?? [];
            objects = core?.objects ?? [];
            const { database } = await createDeployedProject(target, root);
            undisturbed = withoutTimes(await readSnapshot(database));
            expect(undisturbed.versions).toHaveLength(migrations.length);
        });

        test(`is named, leaves an empty database empty, and the next run finishes once it is fixed: ${which}`, async () => {
            const files = migrations.map(pick);
            const groups = breaksAll ? files.flat().map((item) => [item]) : files;
            for (const group of groups) {
                const database = await target.createDatabase();
                for (const item of group) {
                    expectNamed(await deployBroken(root, database, item), item, 0);
                    expect(await readSnapshot(database)).toEqual(emptySnapshot);
                }
                await deployWell(root, database);
                expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
                await database.close();
            }
            const tried = `${files.flat().length} statements of ${files.length} files broken`;
            tell(`${target.name} ${tried}, 0 traces left, fixed ${groups.length} times`);
        });

        test(`is named, leaves the version before it untouched, and the next run goes on once it is fixed: ${which}`, async () => {
            const database = await target.createDatabase();
            let tried = 0;
            for (const [at, file] of migrations.entries()) {
                const before = await readSnapshot(database);
                for (const item of pick(file)) {
                    expectNamed(await deployBroken(root, database, item), item, migrations[at - 1]?.version ?? 0);
                    expect(await readSnapshot(database)).toEqual(before);
                    tried++;
                }
                await deployWell(root, database, { to: file.version });
            }
            expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
            tell(`${target.name} ${tried} statements broken on the version before their file, 0 traces left`);
        });

        test("is named by its own file in a view or trigger too, and leaves an empty database empty", async () => {
            const database = await target.createDatabase();
            for (const file of objects) {
                const item = breakTable(file);
                expectNamed(await deployBroken(root, database, item), item, 0);
                expect(await readSnapshot(database)).toEqual(emptySnapshot);
            }
            await deployWell(root, database);
            expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
            tell(`${target.name} ${objects.length} views and triggers broken, 0 traces left`);
        });

        test("is named in a deploy by files too, which keeps the files before it", async () => {
            const database = await target.createDatabase();
            const item = migrations.flatMap(breakEach).at(-1) as Break;
            const { error } = await deployBroken(root, database, item, true);
            expect(textOf(error)).toContain(`${item.file.path}:${item.line}: ${item.reason}\n`);
            expect(error?.outcome).toMatch(
                /^Kept: 001\.\S+\.sql, .*\. The rest was rolled back\. The database is at version \d+\./,
            );
            expect((await readSnapshot(database)).versions).toHaveLength(migrations.length - 1);
            await deployWell(root, database);
            expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
        });
    });
}
