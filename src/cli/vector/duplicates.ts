import { AppError } from "../../errors.ts";
import { duplicateFrom, findDuplicates, type Pair, possible } from "../../search/duplicates.ts";
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

/** vector:duplicates: lists pairs of texts that say the same, or may do so. Changes nothing. */
export async function listDuplicates(
    context: Context,
    { threshold: text, channel }: VectorDuplicatesOptions,
    site: SearchSite,
): Promise<void> {
    const { root, output, signal } = context;
    const threshold = text === undefined ? possible.from : Number(text);
    if (!(threshold >= 0.5 && threshold <= 1)) {
        throw new AppError("usage", `--threshold is '${text}'`, {
            hint: "give a similarity from 0.5 to 1, such as 0.92",
        });
    }
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const [newest] = await readSearch(connection, statements, "coverage");
        if (newest?.model == null) {
            throw new AppError("usage", `no ${site.noun} has a vector`, { hint: "make them with `pnpm vector:sync`" });
        }
        const model = String(newest.model);
        const { progress, end } = await createProgress(output);
        const { compared, pairs } = await findDuplicates(connection, statements, {
            ...{ threshold, model, channel, signal },
            progress: (done, of) => progress("pairs", done, of),
        }).finally(end);
        for (const pair of pairs) print(context, pair);
        const duplicates = pairs.filter(({ kind }) => kind === "duplicate").length;
        const found = `${countOf(duplicates, "duplicate")} (${duplicateFrom} and more) and ${pairs.length - duplicates} possible`;
        conclude(context, connection, `Compared ${countOf(compared, site.noun)}: ${found}.`, {
            ...{ database: connection.target.label, model, threshold, compared, pairs },
        });
    });
}

function print({ output }: Context, { kind, similarity, sharedWords, ids, texts }: Pair): void {
    output.line(`${similarity.toFixed(3)}  ${kind}, ${Math.round(sharedWords * 100)} % of the words shared`);
    for (const [at, id] of ids.entries()) output.line(`    ${id}: ${texts[at]?.replaceAll(/\s+/g, " ")}`);
}
