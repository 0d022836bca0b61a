import type { Query, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { Check } from "./checks.ts";

/** What became of one check. */
export type Examined =
    | { readonly check: Check; readonly state: "clean" }
    | {
          readonly check: Check;
          readonly state: "found";
          /** How many rows its query gives. */
          readonly count: number;
          /** The first of them, by column. */
          readonly examples: readonly Row[];
      }
    /** The database lacks what it asks about. */
    | { readonly check: Check; readonly state: "skipped"; readonly reason: string }
    /** It could not be run for another reason, so nobody knows. */
    | { readonly check: Check; readonly state: "failed"; readonly reason: string };

/** Gives the results of queries that each fail alone. */
export type ReadQueries = (queries: readonly Query[]) => Promise<readonly ReadResult[]>;

/** No column of a check can be called so by accident. */
const countColumn = "rows of the check";
/**
 * How many checks are read at once. In a request to a server: few enough that the transaction around them ends within the
 * seconds that a server allows. A file is read in this process, and between its reads Ctrl-C is heard.
 */
export const checksAtOnce = { server: 12, file: 1 } as const;

/** What all checks found. */
export interface Examination {
    readonly examined: readonly Examined[];
    /** Met where a page of the database cannot be read. */
    readonly damage: DatabaseFault | undefined;
}

/**
 * Runs checks and tells what each has found. Only reads.
 *
 * @param options.examples how many rows of each come along
 * @param options.atOnce how many are read together, in one snapshot
 * @throws AppError `interrupted`, DatabaseFault when the database cannot be read at all
 */
export async function examine(
    read: ReadQueries,
    checks: readonly Check[],
    { examples, atOnce, signal }: { examples: number; atOnce: number; signal: AbortSignal },
): Promise<Examination> {
    const examined: Examined[] = [];
    let damage: DatabaseFault | undefined;
    // A damaged page ends the reads that meet it; what the others find is all the more worth knowing then.
    const readGroup = async (queries: readonly Query[]): Promise<readonly ReadResult[]> => {
        try {
            return await read(queries);
        } catch (error) {
            if (!(error instanceof DatabaseFault) || error.kind !== "corrupt") throw error;
            damage = error;
            if (queries.length === 1) return [{ ok: false, message: error.message }];
        }
        const results: ReadResult[] = [];
        for (const query of queries) results.push(...(await readGroup([query])));
        return results;
    };
    for (const group of groupChecks(checks, atOnce)) {
        await new Promise(setImmediate);
        if (signal.aborted) throw new AppError("interrupted", "interrupted", { outcome: "Nothing was changed." });
        const results = await readGroup(group.map((check) => renderQuery(check, examples))).catch(failAlone(group));
        examined.push(...group.map((check, index) => judge(check, results[index], examples)));
    }
    return { examined, damage };
}

// Those that look at every page come last and alone: a large database may take longer for one than an answer is waited for.
function groupChecks(checks: readonly Check[], atOnce: number): Check[][] {
    const quick = checks.filter(({ isSlow }) => !isSlow);
    const groups: Check[][] = [];
    for (let at = 0; at < quick.length; at += atOnce) groups.push(quick.slice(at, at + atOnce));
    return [...groups, ...checks.filter(({ isSlow }) => isSlow).map((check) => [check])];
}

function failAlone([check]: readonly Check[]): (error: unknown) => readonly ReadResult[] {
    return (error) => {
        if (!check?.isSlow || !(error instanceof DatabaseFault) || error.variant !== "no-answer") throw error;
        return [{ ok: false, message: error.message }];
    };
}

/** The query of a check with the number of all its rows beside the first ones: one look at the tables gives both. */
export function renderQuery({ sql }: Check, examples: number): Query {
    return {
        sql: `WITH finding AS MATERIALIZED (\n${sql}\n)\nSELECT finding.*, (SELECT count(*) FROM finding) AS "${countColumn}" FROM finding LIMIT ${Math.max(1, examples)}`,
    };
}

function judge(check: Check, result: ReadResult | undefined, examples: number): Examined {
    if (!result?.ok) {
        const reason = result?.message ?? "no answer";
        return { check, state: isMissing(reason) ? "skipped" : "failed", reason };
    }
    const [first] = result.rows;
    if (!first) return { check, state: "clean" };
    const shown = result.rows.slice(0, examples).map((row) => {
        const { [countColumn]: _, ...columns } = row;
        return columns;
    });
    return { check, state: "found", count: Number(first[countColumn]), examples: shown };
}

function isMissing(message: string): boolean {
    return /\bno such (table|column|view|function|module)\b/.test(message);
}
