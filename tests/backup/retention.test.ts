import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findBackupName, nameBackup, nameSeries } from "../../src/backup/names.ts";
import { planPruning } from "../../src/backup/retention.ts";
import { parseTarget } from "../../src/database/target.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = new Date("2026-11-23T12:00:00Z");
const series = "code-reels";
const nameAt = (time: number): string => nameBackup({ series, takenAt: new Date(time) }, false);
const timeOf = (name: string): number => findBackupName(name)?.takenAt.getTime() ?? Number.NaN;
const dayOf = (name: string): string => new Date(timeOf(name)).toISOString().slice(0, 10);
// The Thursday of a week names its year and number: two days are of one week when theirs is the same.
const weekOf = (name: string): string => {
    const date = new Date(timeOf(name));
    return new Date(timeOf(name) + (4 - (date.getUTCDay() || 7)) * day).toISOString().slice(0, 10);
};

const times = fc.array(fc.integer({ min: 0, max: 500 * 24 * 60 }), { maxLength: 120 });
const toNames = (minutes: readonly number[]): string[] => [
    ...new Set(minutes.map((ago) => nameAt(now.getTime() - ago * 60_000))),
];

describe("db:backup --prune", () => {
    test("keeps the newest of each of the last 30 days, the last 52 weeks and the last 7 days with one, and nothing else", () => {
        fc.assert(
            fc.property(times, (minutes) => {
                const names = toNames(minutes);
                const gone = new Set(planPruning(names, series, now));
                const newestIn = (name: string, periodOf: (name: string) => string): boolean =>
                    !names.some((other) => periodOf(other) === periodOf(name) && timeOf(other) > timeOf(name));
                const days = [...new Set(names.map(dayOf))].sort().slice(-7);
                const firstDay = new Date(now.getTime() - 29 * day).toISOString().slice(0, 10);
                const firstWeek = weekOf(nameAt(now.getTime() - 51 * 7 * day));
                for (const name of names) {
                    const isDaily = dayOf(name) >= firstDay && newestIn(name, dayOf);
                    const isWeekly = weekOf(name) >= firstWeek && newestIn(name, weekOf);
                    const isLast = days.includes(dayOf(name)) && newestIn(name, dayOf);
                    expect(gone.has(name)).toBe(!isDaily && !isWeekly && !isLast);
                }
            }),
        );
    });

    test("takes nothing more when it runs again, and never more than 89 stay", () => {
        fc.assert(
            fc.property(times, (minutes) => {
                const names = toNames(minutes);
                const gone = new Set(planPruning(names, series, now));
                const left = names.filter((name) => !gone.has(name));
                expect(planPruning(left, series, now)).toEqual([]);
                expect(left.length).toBeLessThanOrEqual(89);
            }),
        );
    });

    test("never takes a file of another database, of single tables, or of another name", () => {
        const strangers = [
            "code-reels-staging-20200101T000000Z.sql.gz",
            "my-code-reels-20200101T000000Z.sql.gz",
            "code-reels.questions-20200101T000000Z.sql.gz",
            "code-reels-20200101T000000Z.sql",
            "code-reels-20200101T000000Z.sql.gz.partial",
            "code-reels-20200101T000000Z.sql.gz.age.bak",
            "code-reels-20200230T000000Z.sql.gz",
            "code-reels-20200101T250000Z.sql.gz",
            "code-reels-latest.sql.gz",
            "code-reels.db",
            "",
        ];
        const own = [
            ...Array.from({ length: 7 }, (_, ago) => nameAt(now.getTime() - ago * day)),
            "code-reels-20200101T000000Z.sql.gz",
            "code-reels-20200102T000000Z.sql.gz.age",
        ];
        expect(planPruning([...strangers, ...own], series, now).sort()).toEqual(own.slice(7).sort());
        fc.assert(
            fc.property(fc.array(fc.string()), (names) => {
                expect(planPruning(names, series, now)).toEqual([]);
            }),
        );
    });

    test("keeps the newest of seven days, however old they are, and with a clock that is wrong", () => {
        expect(planPruning(["code-reels-20200101T000000Z.sql.gz"], series, now)).toEqual([]);
        const nightly = Array.from({ length: 40 }, (_, ago) => nameAt(now.getTime() - ago * day));
        const ahead = new Date(now.getTime() + 4_000 * day);
        const gone = planPruning([...nightly, nameAt(ahead.getTime())], series, ahead);
        expect(nightly.filter((name) => !gone.includes(name))).toEqual(nightly.slice(0, 6));
        const behind = new Date(now.getTime() - 4_000 * day);
        expect(planPruning([...nightly, nameAt(behind.getTime())], series, behind)).toEqual([]);
    });
});

test.each([
    ["file:local.db", "local"],
    ["libsql://code-reels-team.turso.io", "code-reels-team"],
    ["http://127.0.0.1:8080", "127_0_0_1-8080"],
    ["https://db.example.org", "db_example_org-443"],
])("a backup of %s is called %s", (address, name) => {
    const target = parseTarget(address, "a test", undefined, "/app");
    expect(nameSeries(target, undefined, "/app")).toBe(name);
    expect(nameSeries(target, ["a", "b"], "/app")).toBe(`${name}.a+b`);
    const taken = nameBackup({ series: name, takenAt: new Date("2026-01-02T03:04:05.678Z") }, true);
    expect(taken).toBe(`${name}-20260102T030405Z.sql.gz.age`);
    expect(findBackupName(taken)).toEqual({ series: name, takenAt: new Date("2026-01-02T03:04:05Z") });
});

test("backups of databases and tables whose names are alike are of different series", () => {
    const files = ["app.db", "app.sqlite", "prod/app.db", "test/app.db", "/data/app.db", "my%20app.db", "my_app.db"];
    const series = files.map((file) =>
        nameSeries(parseTarget(`file:${file}`, "a test", undefined, "/app"), undefined, "/app"),
    );
    expect(new Set(series).size).toBe(files.length);
    expect(series.slice(0, 3)).toEqual([
        "app",
        expect.stringMatching(/^app~\w{6}$/),
        expect.stringMatching(/^app~\w{6}$/),
    ]);
    const target = parseTarget("file:app.db", "a test", undefined, "/app");
    const tables = [["a b"], ["a_b"], ["a", "b"], ["a+b"], ["a.b"]];
    expect(new Set(tables.map((only) => nameSeries(target, only, "/app"))).size).toBe(tables.length);
});
