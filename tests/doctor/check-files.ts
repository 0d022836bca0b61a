import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../support/deployed.ts";

/** The repository's checks, by path, for a project's folder of a test. */
export function readCheckFiles(): Record<string, string> {
    const names = readdirSync(path.join(root, "operations/checks"), { recursive: true, encoding: "utf8" }).filter(
        (name) => name.endsWith(".sql"),
    );
    return Object.fromEntries(
        names.map((name) => [
            `operations/checks/${name}`,
            readFileSync(path.join(root, "operations/checks", name), "utf8"),
        ]),
    );
}
