import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("seeds/README.md explains every reason for which a record is rejected", () => {
    const files = readdirSync(new URL("../../src/seeding/", import.meta.url));
    const source = files.map((name) => read(`src/seeding/${name}`)).join("\n");
    const codes = [...source.matchAll(/(?:code: |reject\(\s*)"([a-z]+(?:-[a-z]+)*)"/g)].map(([, code]) => code ?? "");
    expect(new Set(codes).size).toBeGreaterThanOrEqual(8);
    const explained = read("seeds/README.md");
    expect([...new Set(codes)].filter((code) => !new RegExp(`^\\| \`${code}\` +\\|`, "m").test(explained))).toEqual([]);
});
