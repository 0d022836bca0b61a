import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { bundled } from "../../site/seeds.ts";
import type { Context } from "../../src/cli/program.ts";
import { findBrowser } from "../../src/console/pictures/browser.ts";
import { takeConsolePictures } from "../../src/console/pictures/take.ts";
import { runHere } from "../support/here.ts";
import { linkProject } from "./running.ts";

const chosen = process.env.CHROME_PATH;
const takePictures = (context: Context) => takeConsolePictures(context, consoleSite, bundled);
const isHere = findBrowser(chosen) !== undefined;

/** A project without the documents: their pictures must not be written over. */
function makeProject(): string {
    const root = linkProject();
    rmSync(join(root, "docs"));
    mkdirSync(join(root, "docs"));
    return root;
}

test("docs:pictures says what to install where there is no Chromium, and writes nothing", async () => {
    const root = makeProject();
    const { code, stdout, stderr } = await runHere(takePictures, { root, env: { CHROME_PATH: "/none" } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("error: /none does not exist");
    expect(stderr).toContain("hint: install it (Debian: `apt-get install chromium`), or set CHROME_PATH");
    expect(readdirSync(join(root, "docs"))).toEqual([]);
});

test.skipIf(!isHere)(
    isHere ? "docs:pictures writes two pictures" : "docs:pictures writes two pictures (no Chromium here)",
    async () => {
        const root = makeProject();
        const before = readdirSync(tmpdir());
        const { code, stdout, stderr } = await runHere(takePictures, {
            root,
            env: chosen === undefined ? {} : { CHROME_PATH: chosen },
        });
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        const names = ["console.dark.png", "console.light.png"];
        expect(readdirSync(join(root, "docs")).sort()).toEqual(names);
        for (const name of names) {
            const picture = readFileSync(join(root, "docs", name));
            expect(picture.subarray(1, 4).toString()).toBe("PNG");
            expect(picture.readUInt32BE(16)).toBe(1_280);
            expect(picture.length).toBeLessThan(160_000);
            expect(stdout).toMatch(new RegExp(`^Picture: +docs/${name}, \\d+ KB$`, "m"));
        }
        expect(readdirSync(tmpdir()).filter((name) => name.startsWith("console-pictures-"))).toEqual(
            before.filter((name) => name.startsWith("console-pictures-")),
        );
    },
);
