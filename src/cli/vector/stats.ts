import type { Row } from "../../database/connection.ts";
import { readSearch, readSearchStatements, type SearchSite } from "../../search/site.ts";
import { findSurplus, planSync, type SyncPlan } from "../../search/sync.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { conclude, countOf, describeSize } from "../report.ts";
import { passFailure, readChosenName } from "./encoder.ts";

/** vector:stats: how much of the texts the full text and the vectors hold, and what the next sync would do. */
export async function showVectorStatistics(context: Context, site: SearchSite): Promise<void> {
    const { root, output, signal } = context;
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const rows = await readSearch(connection, statements, "coverage");
        const [texts, indexed] = [Number(rows[0]?.texts ?? 0), Number(rows[0]?.indexed ?? 0)];
        const models = rows.filter(({ model }) => model !== null).map(toModel);
        output.field("Active", countOf(texts, site.noun));
        const differs = indexed === texts ? "" : ": differs, see `pnpm db:doctor`";
        output.field("Full text", `${countOf(indexed, site.noun)}${differs}`);
        for (const { model, vectors, bytes, lastSync } of models) {
            const size = describeSize(bytes);
            output.field("Vectors", `${countOf(vectors, "vector")} of ${model}, ${size}, last written ${lastSync}`);
        }
        const encoder = await readChosenName(context).catch((error: unknown) => passFailure(context, error));
        const surplus = await findSurplus(connection, statements);
        const options = { channel: undefined, limit: undefined, force: false, signal };
        const plan =
            encoder === undefined ? undefined : await planSync(connection, statements, { ...options, encoder });
        if (plan && encoder) printStaleness(output, plan, surplus.length, { encoder, noun: site.noun });
        const { due, changed = null, otherModel = null } = plan ?? {};
        const isCurrent = due?.length === 0 && surplus.length === 0;
        const verdict = isCurrent ? "All vectors are current." : "`pnpm vector:sync` brings the vectors up to date.";
        conclude(context, connection, plan ? verdict : "What is stale is not known.", {
            ...{ database: connection.target.label, texts, indexed, models, encoder: encoder ?? null },
            ...{ due: due?.length ?? null, changed, otherModel, surplus: surplus.length },
        });
    });
}

interface ModelCoverage {
    readonly model: string;
    readonly vectors: number;
    readonly bytes: number;
    readonly lastSync: string;
}

function toModel({ model, vectors, bytes, updated_at }: Row): ModelCoverage {
    return { model: String(model), vectors: Number(vectors), bytes: Number(bytes), lastSync: String(updated_at) };
}

function printStaleness(
    output: Output,
    { texts, empty, due, changed, otherModel }: SyncPlan,
    surplus: number,
    { encoder, noun }: { readonly encoder: string; readonly noun: string },
): void {
    const share = texts === 0 ? 100 : (100 * (texts - empty - due.length)) / texts;
    output.field("Coverage", `${share.toFixed(1)} % have a vector of ${encoder} and of their present text`);
    const stale = `${countOf(changed, "vector")} of an older text, ${otherModel} of another encoder`;
    output.field("Stale", `${stale}, ${surplus} without a ${noun}`);
}
