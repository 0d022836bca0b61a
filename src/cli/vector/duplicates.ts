import { AppError } from "../../errors.ts";
import { duplicate, findDuplicates, type Pair, possible } from "../../search/duplicates.ts";
import { readSearch, readSearchStatements, type SearchSite } from "../../search/site.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { conclude, countOf } from "../report.ts";

export interface VectorDuplicatesOptions {
    /** The lowest similarity of a possible duplicate. */
    readonly threshold?: string;
    readonly channel?: string;
}

/** Below it nearly every pair would have to be looked at. */
const lowestThreshold = 0.8;

/** vector:duplicates: lists pairs of texts that say the same, or may do so. Changes nothing. */
export async function listDuplicates(
    context: Context,
    { threshold: text, channel }: VectorDuplicatesOptions,
    site: SearchSite,
): Promise<void> {
    const { root, output, signal } = context;
    const threshold = text === undefined ? possible.from : Number(text);
    if (!(threshold >= lowestThreshold && threshold <= 1)) {
        throw new AppError("usage", `--threshold is '${text}'`, {
            hint: `give a similarity from ${lowestThreshold} to 1, such as 0.92`,
        });
    }
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const [newest, ...older] = await readSearch(connection, statements, "coverage");
        if (newest?.model == null) {
            throw new AppError("usage", `no ${site.noun} has a vector`, { hint: "make them with `pnpm vector:sync`" });
        }
        const model = String(newest.model);
        const left = older.reduce((sum, { vectors }) => sum + Number(vectors), 0);
        if (left > 0)
            output.warn(
                `${countOf(left, "vector")} of other encoders are left out; \`pnpm vector:sync\` makes them again`,
            );
        const { progress, end } = await createProgress(output);
        const { compared, pairs } = await findDuplicates(connection, statements, {
            ...{ threshold, model, channel, signal },
            progress: (done, of) => progress("pairs", done, of),
        }).finally(end);
        for (const pair of pairs) print(context, pair);
        const duplicates = pairs.filter(({ kind }) => kind === "duplicate").length;
        const found = `${countOf(duplicates, "duplicate")} (${Math.max(threshold, duplicate.from)} and more) and ${pairs.length - duplicates} possible`;
        conclude(context, connection, `Compared ${countOf(compared, site.noun)}: ${found}.`, {
            ...{ database: connection.target.label, model, threshold, compared, pairs },
        });
    });
}

function print({ output }: Context, { kind, similarity, sharedWords, ids, texts }: Pair): void {
    output.line(`${similarity.toFixed(3)}  ${kind}, ${Math.round(sharedWords * 100)} % of the words shared`);
    for (const [at, id] of ids.entries()) output.line(`    ${id}: ${texts[at]?.replaceAll(/\s+/g, " ")}`);
}
