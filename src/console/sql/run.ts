import type { Connection, Query, ReadResult, Row } from "../../database/connection.ts";
import { DatabaseFault } from "../../database/faults.ts";
import { AppError } from "../../errors.ts";
import { findUsedIndexes, type PlanStep, readPlan } from "../../queries/plan.ts";
import { takeColumns } from "../row-table.tsx";
import type { Visit } from "../site.ts";
import { type JudgedDatabase, judgeProgram, judgingQueries, readJudged } from "./judge.ts";
import { isSameProgram, readProgram } from "./program.ts";
import { type AskedStatement, renderRun } from "./statement.ts";

/** What came of a statement. */
export interface SqlOutcome {
    readonly database: JudgedDatabase;
    /** Undefined for a statement that already begins with EXPLAIN. */
    readonly plan: readonly PlanStep[] | undefined;
    readonly planRows: readonly Row[];
    readonly indexes: readonly string[];
    /** Why it gave no rows, and what to do; undefined when it ran, or was only planned. */
    readonly refusal: { readonly problem: string; readonly remedy: string } | undefined;
    /** Undefined when it did not run. */
    readonly ran: RanStatement | undefined;
}

export interface RanStatement {
    readonly rows: readonly Row[];
    /** Their names, in order. */
    readonly columns: readonly string[];
    /** Whether there are more rows than are shown. */
    readonly isCut: boolean;
    /** From sending the statement to its last row. */
    readonly milliseconds: number;
    /** Undefined where the database does not count them. */
    readonly rowsRead: number | undefined;
}

/** How many rows are shown. */
export const mostRows = 500;
/** How long a statement may run, in milliseconds. */
export const runLimit = 5_000;

/**
 * Plans a statement and, unless only its plan is asked for, judges its program and runs it: two requests, because no row may
 * leave the database before the judgement. The second one asks for the program again, and gives up if it is another.
 *
 * @throws AppError `sql` for a statement that the database refuses, DatabaseFault where it cannot be asked
 */
export async function runAsked(visit: Visit, asked: AskedStatement, isPlanned: boolean): Promise<SqlOutcome> {
    const started = performance.now();
    // The limit is of both requests together.
    const connect = (): Connection => visit.connect(Math.max(500, runLimit - Math.round(performance.now() - started)));
    const sql = renderRun(asked, mostRows + 1);
    const planning = asked.kind === "plan" ? [] : [{ sql: `EXPLAIN QUERY PLAN ${asked.sql}` }];
    const isRun = !isPlanned && asked.kind !== "write";
    const explain: Query = { sql: `EXPLAIN ${sql}` };
    const programming = isRun && asked.kind === "query" ? [explain] : [];
    const results = await connect().readAll([...planning, ...programming, ...judgingQueries]);
    const [planned, programmed] = [results.slice(0, planning.length), results.slice(planning.length)];
    const planRows = takePlan(planned);
    const outcome = {
        database: readJudged(programmed.slice(programming.length)),
        plan: planning.length === 0 ? undefined : readPlan(planRows),
        planRows,
        indexes: findUsedIndexes(planRows),
    };
    if (!isRun) return { ...outcome, refusal: undefined, ran: undefined };
    if (programming.length === 0) return { ...outcome, ...(await runUnjudged(connect(), sql)) };
    const program = readProgram(takeAnswer(programmed[0]));
    const problem = judgeProgram(program, asked.tokens, outcome.database, visit.site.masked);
    if (problem) return { ...outcome, refusal: problem, ran: undefined };
    return {
        ...outcome,
        ...(await run(connect(), [explain, ...judgingQueries.slice(0, 1), { sql }], (again) => {
            const isSame = isSameProgram(program, readProgram(takeAnswer(again[0])));
            return isSame && JSON.stringify(takeAnswer(again[1])) === JSON.stringify(outcome.database.schema);
        })),
    };
}

function takePlan(planned: readonly ReadResult[]): readonly Row[] {
    return planned.length === 0 ? [] : takeAnswer(planned[0]);
}

// What begins with EXPLAIN reads no row of a table.
function runUnjudged(connection: Connection, sql: string): Promise<Ran> {
    return run(connection, [{ sql }], () => true);
}

type Ran = Pick<SqlOutcome, "ran" | "refusal">;

async function run(
    connection: Connection,
    queries: readonly Query[],
    isAsJudged: (results: readonly ReadResult[]) => boolean,
): Promise<Ran> {
    const before = connection.cost.rowsRead;
    const started = performance.now();
    try {
        const results = await connection.readAll(queries);
        const milliseconds = performance.now() - started;
        if (!isAsJudged(results)) {
            const problem = "the schema changed while it was judged";
            return { ran: undefined, refusal: { problem, remedy: "Run it again." } };
        }
        const last = results.at(-1);
        const rows = takeAnswer(last);
        const columns = takeColumns(last);
        const rowsRead = connection.countsRows ? connection.cost.rowsRead - before : undefined;
        const isCut = rows.length > mostRows;
        return { refusal: undefined, ran: { rows: rows.slice(0, mostRows), columns, isCut, milliseconds, rowsRead } };
    } catch (error) {
        const refusal = error instanceof DatabaseFault ? explainEnd(error) : undefined;
        if (!refusal) throw error;
        return { ran: undefined, refusal };
    }
}

/** Says why a statement ended without an answer, where the statement is to blame; undefined for any other fault. */
export function explainEnd({ variant, message }: DatabaseFault): SqlOutcome["refusal"] {
    if (variant === "no-answer") {
        return {
            problem: `stopped after ${runLimit / 1_000} s`,
            remedy: "Explain shows what it reads: let an index narrow it, or add a condition. LIMIT helps only where nothing is sorted.",
        };
    }
    if (!/utf-8/i.test(message)) return undefined;
    return {
        problem: "a text in its rows is not valid UTF-8",
        remedy: "Select hex(column) instead of the column to see its bytes. The database is as it was.",
    };
}

function takeAnswer(result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    throw new AppError("sql", result?.message ?? "no answer", {
        hint: "correct the statement; the screen Tables has the names of tables and columns",
    });
}
