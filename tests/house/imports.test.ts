import { execFile } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";

interface Report {
    readonly summary: {
        readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    };
}

test("the lint of imports finds an import of each forbidden kind", async () => {
    const value = "export const value = 1;\n";
    const importing = (path: string, from: string): string =>
        `import { value } from "${from}";\nexport const ${path} = value;\n`;
    const project = writeProject({
        "tsconfig.json": JSON.stringify({ compilerOptions: { module: "nodenext", allowImportingTsExtensions: true } }),
        "src/sql/up.ts": importing("up", "../database/target.ts"),
        "src/database/target.ts": value,
        "src/lint/stranger.ts": importing("stranger", "../doctor/checks.ts"),
        "src/doctor/checks.ts": value,
        "src/rehearsal/allowed.ts": importing("allowed", "../lint/rule.ts"),
        "src/lint/rule.ts": value,
        "src/planning/one.ts": 'import type { Other } from "./other.ts";\nexport type One = Other | 1;\n',
        "src/planning/other.ts": 'import type { One } from "./one.ts";\nexport type Other = One | 2;\n',
        "src/cellar/wine.ts": importing("wine", "../sql/quoting.ts"),
        "src/sql/quoting.ts": value,
        "src/cli/site.ts": importing("site", "../../app/site.ts"),
        "app/site.ts": value,
        "app/screens.ts": importing("screens", "../site/seeds.ts"),
        "site/seeds.ts": value,
        "scripts/db-two.ts": importing("two", "../app/site.ts"),
        "scripts/bot-one.ts": importing("one", "../app/site.ts"),
        "starter/seeds.ts": importing("seeds", "../app/site.ts"),
        "seeds/loader.ts": importing("loader", "../app/site.ts"),
        "app/program.ts": importing("program", "../scripts/db-one.ts"),
        "scripts/db-one.ts": value,
        "app/driver.ts": 'import Database from "libsql";\nexport const driver = Database;\n',
        "conformance/client.ts":
            'import { createClient } from "@libsql/client";\nexport const client = createClient;\n',
        "src/errors.ts": importing("errors", "./sql/quoting.ts"),
    });
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const settings = ["--config", join(root, ".dependency-cruiser.js"), "--output-type", "json"];
    const { stdout } = await promisify(execFile)(process.execPath, [program, ".", ...settings], {
        cwd: project,
        maxBuffer: 50_000_000,
    }).catch((error: { stdout: string }) => error);
    const { violations } = (JSON.parse(stdout) as Report).summary;
    const found = [...new Set(violations.map(({ rule, from }) => `${from}: ${rule.name}`))].sort();
    expect(found).toEqual([
        "app/driver.ts: drivers-in-database",
        "app/program.ts: app-below-scripts",
        "app/program.ts: scripts-are-leaves",
        "app/screens.ts: app-below-scripts",
        "conformance/client.ts: drivers-in-database",
        "scripts/db-two.ts: site-joins-both",
        "seeds/loader.ts: seeds-below-app",
        "src/cellar/wine.ts: every-folder-has-a-floor",
        "src/cli/site.ts: src-stands-alone",
        "src/errors.ts: errors-below-all",
        "src/lint/stranger.ts: floor-of-lint",
        "src/planning/one.ts: no-circle",
        "src/sql/up.ts: floor-of-sql",
        "starter/seeds.ts: starter-knows-src",
    ]);
});
