import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/deployed.ts";

const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const listNames = (text: string): string[] => [...new Set(text.match(/\b(?:TURSO|EMBEDDING)_[A-Z_]+[A-Z]\b(?!\.)/g))];

test("every variable of the commands is in docs/reference/settings.md and in .env.example", () => {
    const folders = ["src", "app", "scripts"].filter((folder) => existsSync(path.join(root, folder)));
    const sources = folders.flatMap((folder) =>
        readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(".ts"))
            .map((name) => read(path.join(folder, name))),
    );
    // Pages are named like variables.
    const pages = readdirSync(path.join(root, "docs")).map((name) => name.replace(/\.md$/, ""));
    const used = [...new Set(sources.flatMap(listNames))].filter(
        (name) => !pages.includes(name) && name !== "TURSO_SCHEMA",
    );
    expect(used.length).toBeGreaterThan(6);
    const [settings, example] = ["docs/reference/settings.md", ".env.example"].map(read);
    expect(used.filter((name) => !settings?.includes(name))).toEqual([]);
    expect(used.filter((name) => !example?.includes(name))).toEqual([]);
    expect(listNames(settings ?? "").filter((name) => !used.includes(name) && !pages.includes(name))).toEqual([]);
});
