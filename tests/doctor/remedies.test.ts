import { expect, test } from "vitest";
import type { Query, Row } from "../../src/database/connection.ts";
import { type Check, readChecks } from "../../src/doctor/checks.ts";
import { type Examined, examine } from "../../src/doctor/examine.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { type Base, createBase } from "./bases.ts";
import { faults } from "./faults/index.ts";

const checks = await readChecks(root);
const { signal } = new AbortController();

/** What is right here only a person can know, or only time will tell. */
const needsPerson = [
    "questions-times: 'yesterday' in last_updated",
    "questions-times: 'now' in last_updated",
    "questions-times: '1767585600' in last_updated",
    "questions-times: '' in last_updated",
    "questions-times: '2026-02-30T04:00:00.000Z' in last_updated",
    "questions-times: '2026-02-30 04:00:00' in last_updated",
    "questions-times: '2026-01-05T04:00:00Z' in last_updated",
    "questions-times: '2999-01-05T04:00:00.000Z' in last_updated",
    "questions-empty-texts: an answer still to be written",
    "voice-sessions-total: an interview without questions",
    "voice-sessions-total: a question that comes twice",
    "user-sessions-ends: a session that ended before it began",
    "work-queue-actions: an action of the application's own",
    "work-queue-ends: an item that was processed before it was asked for",
    "bot-runs-ends: a run that ended before it began",
];

/** The statements of a remedy, filled in from a row of the finding; those that need more than it says are left out. */
function listStatements({ remedy }: Check, row: Row): string[] {
    const written = remedy.matchAll(
        /\b(?:UPDATE [\w<]|DELETE FROM|INSERT (?:OR IGNORE )?INTO)[^;]*?(?=;|\.(?:\s|$)|$)/g,
    );
    return [...written]
        .map(([statement]) =>
            statement.replace(/'<(\w+)>'|<(\w+)>/g, (place, quoted, plain) => {
                const value = row[quoted ?? plain];
                // The value that a finding shows is the wrong one.
                if (value === undefined || value === null || quoted === "value") return place;
                return quoted ? `'${String(value).replaceAll("'", "''")}'` : String(value);
            }),
        )
        .filter((statement) => !/<\w+>/.test(statement));
}

describeTargets("the remedies", (target) => {
    test("a remedy that is a statement removes what it is printed for", async () => {
        const left: string[] = [];
        let tried = 0;
        for (const base of ["deployed", "loose", "search"] as const satisfies Base[]) {
            const connection = await openTestConnection(await createBase(target, base));
            const run = async (check: Check, statements: readonly string[]): Promise<Examined | undefined> => {
                const read = async (queries: readonly Query[]) => {
                    const { message, results } = await connection.tryOut(
                        statements.map((sql) => ({ sql })),
                        queries,
                        { foreignKeysOff: true },
                    );
                    return message === undefined ? results : [{ ok: false, message } as const];
                };
                return (await examine(read, [check], { examples: 1, atOnce: 1, signal })).examined[0];
            };
            for (const fault of faults.filter((one) => (one.base ?? "deployed") === base)) {
                const check = checks.find(({ name }) => name === fault.check) as Check;
                const planted = [fault.sql].flat();
                const found = await run(check, planted);
                const row = found?.state === "found" ? (found.examples[0] ?? {}) : {};
                const statements = listStatements(check, row);
                if (statements.length === 0) continue;
                tried += 1;
                const after: (Examined | undefined)[] = [];
                for (const statement of statements) after.push(await run(check, [...planted, statement]));
                if (!after.some((one) => one?.state === "clean")) left.push(`${check.name}: ${fault.plant}`);
            }
            connection.close();
        }
        expect(left).toEqual(needsPerson);
        expect(tried).toBeGreaterThan(40);
    });
});
