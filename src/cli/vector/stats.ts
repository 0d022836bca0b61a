import { readSearch, readSearchStatements, type SearchSite } from "../../search/site.ts";
import { findSurplus, planSync } from "../../search/sync.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { conclude, countOf, describeSize } from "../report.ts";
import { openEncoderIfItStarts } from "./encoder.ts";

/** vector:stats: how much of the texts the full text and the vectors hold, and what the next sync would do. */
export async function showVectorStatistics(context: Context, site: SearchSite): Promise<void> {
    const { root, output, signal } = context;
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const rows = await readSearch(connection, statements, "coverage");
        const [first] = rows;
        const [texts, indexed] = [Number(first?.texts ?? 0), Number(first?.indexed ?? 0)];
        const models = rows.flatMap((row) =>
            row.model === null
                ? []
                : [
                      {
                          model: String(row.model),
                          vectors: Number(row.vectors),
                          bytes: Number(row.bytes),
                          lastSync: String(row.updated_at),
                      },
                  ],
        );
        output.field("Active", countOf(texts, site.noun));
        output.field(
            "Full text",
            `${countOf(indexed, site.noun)}${indexed === texts ? "" : ": differs, see `pnpm db:doctor`"}`,
        );
        for (const { model, vectors, bytes, lastSync } of models)
            output.field(
                "Vectors",
                `${countOf(vectors, "vector")} of ${model}, ${describeSize(bytes)}, last written ${lastSync}`,
            );
        const encoder = await openEncoderIfItStarts(context);
        const options = { channel: undefined, limit: undefined, force: false, signal };
        const surplus = await findSurplus(connection, statements);
        const plan =
            encoder &&
            (await planSync(connection, statements, { ...options, encoder: encoder.name }).finally(() =>
                encoder.close(),
            ));
        if (plan) {
            const fit = plan.texts - plan.empty - plan.due.length;
            const share = texts === 0 ? 100 : (100 * fit) / texts;
            output.field(
                "Coverage",
                `${share.toFixed(1)} % have a vector of ${encoder.name} and of their present text`,
            );
            output.field(
                "Stale",
                `${countOf(plan.changed, "vector")} of an older text, ${plan.otherModel} of another encoder, ${surplus.length} without a ${site.noun}`,
            );
        }
        const isCurrent = plan && plan.due.length + surplus.length === 0;
        conclude(
            context,
            connection,
            isCurrent ? "All vectors are current." : "Bring them up to date with `pnpm vector:sync`.",
            {
                ...{
                    database: connection.target.label,
                    texts,
                    indexed,
                    models,
                    encoder: encoder?.name ?? null,
                },
                ...(plan
                    ? {
                          due: plan.due.length,
                          changed: plan.changed,
                          otherModel: plan.otherModel,
                          surplus: surplus.length,
                      }
                    : {}),
            },
        );
    });
}
