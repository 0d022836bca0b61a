import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readFiles, withUndo } from "../../src/planning/files.ts";
import { tell } from "../support/snapshot.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Checksums and paths. A release adds the lines of its migrations. */
const released = readFileSync(new URL("released.txt", import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean);

test("each migration that was released is as it was then, but for comments and layout", async () => {
    const { sets } = await readFiles(root);
    const files = sets.flatMap((set) => set.migrations.flatMap(withUndo));
    const lines = files.map(({ checksum, path }) => `${checksum}  ${path}`);
    tell(`${lines.length} files, ${released.length} of them released`);
    expect(released.length).toBeGreaterThan(0);
    expect(lines).toEqual(expect.arrayContaining(released));
});
