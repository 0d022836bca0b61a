import type { SearchSite } from "../../search/site.ts";
import { push } from "../commands/push.ts";
import type { RunOptions } from "../options.ts";
import type { Context } from "../program.ts";
import { installMissingEncoder, passFailure } from "./encoder.ts";

export interface VectorInitOptions extends RunOptions {
    /** Install the vector index as well. */
    readonly index?: boolean;
}

/** vector:init: installs the migration set of the search, as db:push does, and the embedded encoder. */
export async function initSearch(context: Context, options: VectorInitOptions, site: SearchSite): Promise<void> {
    await push(context, { ...options, set: [site.set, ...(options.index ? [site.indexSet] : [])] });
    if (options.dryRun || options.showSql) return;
    await installMissingEncoder(context).catch((error: unknown) => passFailure(context, error));
    context.output.note(
        "Words are searched from now on. Next: `pnpm vector:sync` makes the vectors that order what they find.",
    );
}
