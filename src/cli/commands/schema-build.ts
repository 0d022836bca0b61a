import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { buildSchemaFiles } from "../../generated/build.ts";
import { describeDifference } from "../../generated/difference.ts";
import { readAll } from "../../planning/prepare.ts";
import type { Context } from "../program.ts";

/** schema:build: writes the files that are generated from the SQL files; with --check, refuses stale ones and tells where each differs. */
export async function writeSchemaFiles({ root, output }: Context, { check }: { check?: boolean }): Promise<void> {
    const { sets } = await readAll(root, undefined);
    const [core] = sets;
    const stale: string[] = [];
    const details: string[] = [];
    for (const { path, text } of core ? await buildSchemaFiles(core) : []) {
        const current = await readFile(join(root, path), "utf8").catch(() => "");
        const isCurrent = current === text;
        output.field(isCurrent ? "Current" : check ? "Stale" : "Wrote", path);
        if (isCurrent) continue;
        stale.push(path);
        details.push(describeDifference(path, current, text));
        if (!check) await writeFile(join(root, path), text);
    }
    if (check && stale.length > 0) {
        throw new AppError("drift", `${stale.join(" and ")} ${stale.length === 1 ? "is" : "are"} stale`, {
            details,
            hint: "run `pnpm schema:build` and commit the files",
        });
    }
    output.line(`All generated files ${stale.length === 0 ? "are current" : "were brought up to date"}.`);
    output.document({ [check ? "stale" : "written"]: stale });
}
