import { toFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch, FailedDeploy } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { compareSchemas } from "../schema/compare.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Decision } from "./decisions.ts";
import { blameMisfire, findMisfires, type Misfire, type MovedObject } from "./objects.ts";
import { findKeySwitches, type ParsedScript } from "./parse.ts";
import { type Replayed, type ReplayedWell, withoutBookkeeping } from "./replay.ts";
import { findDifferentTables, readContents } from "./table-rows.ts";

/** What compareResult() compares. */
export interface ResultInput {
    /** The core set and the set, with the imported files. */
    readonly sets: readonly MigrationSet[];
    readonly ups: readonly ParsedScript[];
    readonly objects: ReadonlyMap<string, MovedObject>;
    /** What the originals made, run before this. */
    readonly wanted: ReplayedWell;
    /** Runs the originals again. */
    replay(options?: { readonly switchesKeys: boolean }): Promise<Replayed>;
}

const remedy = "compare the two, and correct the files";

/** Deploys the written files in memory, and finds where they lead to another schema or other rows than the originals. */
export async function compareResult(input: ResultInput): Promise<Decision[]> {
    const { sets, wanted } = input;
    const all = sets.flatMap((set) => set.migrations);
    const path = all.at(-1)?.path ?? "";
    try {
        const made = await deployWritten(sets);
        const schemas = compareSchemas(made.schema, wanted.schema).flatMap(({ type, name, state }) => {
            if (state === "same" || state === "comment") return [];
            const how =
                state === "changed" ? "differs from" : state === "missing" ? "is missing, unlike" : "is there, unlike";
            return [{ path, message: `after all files the ${type} '${name}' ${how} that after the originals`, remedy }];
        });
        return [...schemas, ...(await compareRows(input, made))];
    } catch (error) {
        return explainFailure(error, path);
    }
}

function explainFailure(error: unknown, path: string): Decision[] {
    const what = "does not deploy into a fresh database";
    if (error instanceof FailedDeploy) {
        const { problem } = error;
        // A statement, unlike a guard, has no advice of its own.
        const advice = /^correct /.test(problem.remedy)
            ? "correct the statement; `pnpm db:lint` tries what comes after it"
            : problem.remedy;
        return [{ path: problem.path, line: problem.line, message: `${what}: ${problem.message}`, remedy: advice }];
    }
    if (!(error instanceof AppError)) {
        return [{ path, message: `${what}: ${toFault(error).message}`, remedy: "correct the files" }];
    }
    const hint = error.hint ?? "correct the files";
    const reasons = error.details.length > 0 ? error.details : [error.message];
    return reasons.map((reason) => ({ path, message: `${what}: ${reason.trim()}`, remedy: hint }));
}

async function deployWritten(sets: readonly MigrationSet[]): Promise<ReplayedWell> {
    const all = sets.flatMap((set) => set.migrations);
    const connection = await deployScratch(sets, all, { unjudged: true });
    try {
        const schema = withoutBookkeeping((await readState(connection, sets)).schema);
        return { schema, contents: await readContents(connection, schema) };
    } finally {
        connection.close();
    }
}

// What differs is compared once more, without what depends on the time or on chance.
async function compareRows({ ups, objects, wanted, replay }: ResultInput, made: ReplayedWell): Promise<Decision[]> {
    if (findDifferentTables(wanted.contents, made.contents).length === 0) return [];
    const runs = [wanted, await replay(), await replay()].flatMap((run) => ("contents" in run ? [run.contents] : []));
    const tables = findDifferentTables(wanted.contents, made.contents, runs);
    if (tables.length === 0) return [];
    const switched = await replay({ switchesKeys: true });
    const others = "contents" in switched ? findDifferentTables(switched.contents, made.contents, runs) : tables;
    const misfires = findMisfires(ups, objects);
    return tables.map((table) => {
        const [ours, theirs] = [made, wanted].map(({ contents }) => contents.get(table)?.count);
        const counts = ours === theirs ? "" : ` (${ours}, not ${theirs})`;
        const what = `the rows of '${table}' differ from those that the originals make${counts}`;
        const misfire = blameMisfire(misfires, objects, table);
        if (misfire) return explainMisfire(misfire, table, what);
        const place = findFirstWrite(ups, table);
        const switchedOff = explainSwitch(ups, table, what);
        if (others.includes(table)) return switchedOff ?? { ...place, message: what, remedy };
        const message = `${what} with foreign keys off; with foreign keys on they are the same`;
        return { ...place, message, remedy: "nothing, if the other tool had foreign keys on; else correct the rows" };
    });
}

function explainMisfire({ path, line, trigger, how }: Misfire, table: string, what: string): Decision {
    const why = {
        early: `the trigger '${trigger}' fires for this statement, although the originals create it later`,
        gone: `the trigger '${trigger}', which the originals drop later, does not fire for this statement`,
        late: `the trigger '${trigger}' does not fire for this statement, because this file creates the table`,
        changed: `the trigger '${trigger}' fires for this statement in its last form`,
    }[how];
    const advice = {
        early: `take back what it does to '${table}' by a statement after this one, unless these rows are right`,
        gone: `write what it did to '${table}' as a statement after this one`,
        late: "move this statement to a migration of its own after this one",
        changed: `correct '${table}' by a statement after this one, unless these rows are right`,
    }[how];
    return { path, line, message: `${what}: ${why}`, remedy: advice };
}

// Where no trigger makes the difference, an action of a foreign key that the originals had switched off may.
function explainSwitch(ups: readonly ParsedScript[], table: string, what: string): Decision | undefined {
    const [first] = ups.flatMap((script) => findKeySwitches(script).map(({ line }) => ({ path: script.path, line })));
    if (!first) return undefined;
    const message = `${what}; the originals switch foreign keys off here, or defer them`;
    return { ...first, message, remedy: `see which action of a foreign key changes '${table}', and correct the rows` };
}

function findFirstWrite(ups: readonly ParsedScript[], table: string): Pick<Decision, "path" | "line"> {
    const [first] = ups.flatMap(({ path, statements }) =>
        statements.flatMap((statement) => {
            const fact = readFact(statement);
            return fact.does === "write" && isSameName(fact.table, table) ? [{ path, line: statement.line }] : [];
        }),
    );
    return first ?? { path: ups.at(-1)?.path ?? "" };
}
