import { findShadows } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readFact } from "../sql/statement-facts.ts";
import { findRowLosses } from "./losses.ts";
import type { RehearsalFinding, Rehearsed } from "./rehearsed.ts";
import type { WatchedFile } from "./watch.ts";

/** Finds what a run did that no file asks for. */
export function findChanges(run: Rehearsed): RehearsalFinding[] {
    return [
        ...findLostObjects(run),
        ...findRowLosses(run),
        ...findViolations(run),
        ...findBrokenRules(run),
        ...findBrokenObjects(run),
    ];
}

/** Lists problems that existed before the run, as sentences. */
export function listOldProblems({ before, after }: Pick<Rehearsed, "before" | "after">): string[] {
    return [
        ...[...before.violations].map(
            ([reference, count]) => `${count} rows of ${reference} referred to missing rows before.`,
        ),
        ...[...before.integrity].map(([line, count]) => `${line} (${count} times) before.`),
        ...[...before.broken]
            .filter(([name]) => after.broken.has(name))
            .map(([name, message]) => `The ${name} was broken before: ${message}.`),
    ];
}

function findLostObjects({ plan, before, files, after }: Rehearsed): RehearsalFinding[] {
    const isShadow = findShadows(before.schema);
    const there = new Set(after.schema.map(keyOf));
    const tables = new Set(after.schema.map((row) => row.name.toLowerCase()));
    const meant = new Set([
        ...plan.steps.flatMap((step) => step.dropped.map((name) => name.toLowerCase())),
        ...plan.objects
            .filter(({ change }) => change === "dropped" || change === "deferred")
            .map(({ name }) => name.toLowerCase()),
    ]);
    const facts = plan.migrations.flatMap((file) => file.statements.map(readFact));
    const renamed = new Set(facts.flatMap((fact) => (fact.does === "rename-table" ? [fact.table.toLowerCase()] : [])));
    return (
        before.schema
            .filter((row) => row.sql !== null && !row.name.startsWith("sqlite_") && !isShadow(row.name))
            .filter((row) => !there.has(keyOf(row)) && !meant.has(row.name.toLowerCase()))
            .filter((row) => row.type !== "table" || !renamed.has(row.name.toLowerCase()))
            // An index or a trigger is dropped with its table.
            .filter((row) => row.type === "table" || row.type === "view" || tables.has(row.table.toLowerCase()))
            .map((row) => ({
                kind: "lost-object",
                path: findLoser(row, files),
                message: `the ${row.type} '${row.name}'${row.type === "table" || row.type === "view" ? "" : ` on '${row.table}'`} is gone, and no file drops it by name`,
                remedy:
                    row.type === "view" || row.type === "trigger"
                        ? `keep it as a file in ${row.type}s/`
                        : "create it again in the same file",
            }))
    );
}

// Finds the first file after which it is gone.
function findLoser(row: SchemaRow, files: readonly WatchedFile[]): string | null {
    const loser = files.find(({ after }) => after && !after.schema.some((other) => keyOf(other) === keyOf(row)));
    return loser?.file.path ?? null;
}

function findViolations({ before, files, after }: Rehearsed): RehearsalFinding[] {
    return findGrown(before.violations, after.violations).map(({ key, added }) => {
        const old = before.violations.get(key) ?? 0;
        const culprit = files.find((file) => (file.after?.violations.get(key) ?? 0) > old);
        return {
            kind: "foreign-key",
            path: culprit?.file.path ?? null,
            message: `${added} rows of ${key} refer to missing rows and did not before`,
            remedy: "move or delete them in the same file",
        };
    });
}

function findBrokenRules({ before, after }: Rehearsed): RehearsalFinding[] {
    return findGrown(before.integrity, after.integrity).map(({ key, added }) => ({
        kind: "constraint",
        path: null,
        message: `${key}${added === 1 ? "" : ` (${added} times)`}`,
        remedy: "make the rows satisfy the rule, in an earlier statement, in an earlier statement",
    }));
}

function findGrown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
    const growth = [...after].map(([key, count]) => ({ key, added: count - (before.get(key) ?? 0) }));
    return growth.filter(({ added }) => added > 0);
}

function findBrokenObjects({ before, after }: Rehearsed): RehearsalFinding[] {
    return [...after.broken]
        .filter(([name]) => !before.broken.has(name))
        .map(([name, message]) => ({
            kind: "broken-object",
            path: null,
            message: `the ${name} no longer works: ${message}`,
            remedy: "change it along with the tables that it reads, or drop it",
        }));
}

function keyOf({ type, name }: SchemaRow): string {
    return `${type} ${name.toLowerCase()}`;
}
