import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/deployed.ts";

test("names only files and folders in CONTRIBUTING.md that there are", () => {
    const there = [
        "src",
        "scripts",
        "seeds",
        "app",
        "site",
        "tests",
        "operations",
        "bench",
        "conformance",
        "queries",
    ].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `/${folder}/${name}`),
    );
    const findMissing = (text: string): string[] =>
        [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*)(?:\.ts|\/)`/g)]
            .map(([code]) => code.slice(1, -1).replace(/\/$/, ""))
            .filter((name) => !there.some((path) => path.endsWith(`/${name}`)) && !existsSync(join(root, name)));
    expect(findMissing(readFileSync(join(root, "CONTRIBUTING.md"), "utf8"))).toEqual([]);
    expect(findMissing("`restore/compare.ts`, `src/lint/` and `guards.ts`")).toEqual(["restore/compare.ts"]);
});
