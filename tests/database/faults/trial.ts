import { expect } from "vitest";
import type { Patience } from "../../../src/database/retry.ts";
import { runHere } from "../../support/here.ts";
import { createKeyPair, mintToken } from "../../support/tokens.ts";
import type { Tried } from "./commands.ts";

/** What one command said to one fault, and what it left behind. */
export interface Finding {
    readonly exit: number;
    readonly database: "as before" | "as after";
    readonly says: readonly string[];
}

const key = createKeyPair();
const expiresAt = new Date(Date.now() + 30 * 24 * 3_600_000);
/** Given to every command, so that each output can be searched for it. */
export const token = mintToken(key, { access: "rw", expiresAt });
const readOnlyToken = mintToken(key, { access: "ro", expiresAt });

/** As short as can be: what is waited for is not what is tried here. */
export const hasty: Patience = { pauses: [1, 1] };

/** Runs a command at an address as the command line does; gives its exit code and what it says on stderr. */
export async function tryCommand(
    command: Tried,
    url: string,
    patience: Patience = hasty,
): Promise<Pick<Finding, "exit" | "says">> {
    const { code, stdout, stderr } = await runHere((context) => command.run({ ...context, patience }), {
        root: command.root(),
        url,
        env: { TURSO_AUTH_TOKEN: token, TURSO_AUTH_TOKEN_RO: readOnlyToken },
        isRouted: url.includes(unknownHost),
    });
    const printed = stdout + stderr;
    for (const secret of [token, readOnlyToken].flatMap((text) => [text, ...text.split(".")]))
        expect(printed).not.toContain(secret);
    expect(printed).not.toMatch(/\n\s+at .*:\d+/);
    expect(printed).not.toContain("unexpected:");
    if (code !== 0) expect(stdout).not.toMatch(/^(Applied|Undid|Recorded|Loaded|Added|Scored|Exported \d+ rows)/m);
    return { exit: code, says: normalise(stderr, url) };
}

/** A host that a test lets nobody find. */
export const unknownHost = "no-such-database.invalid";

/** Takes out what differs from one run to the next. */
function normalise(text: string, url: string): string[] {
    const folder = url.startsWith("file:") ? url.slice("file:".length) : undefined;
    let plain = text.replaceAll(url, "{database}");
    if (folder !== undefined) plain = plain.replaceAll(folder, "{path}");
    return plain
        .replace(/(127\.0\.0\.1):\d+/g, "$1:{port}")
        .replace(/\.before-\d{8}T\d{9}Z/g, ".before-{time}")
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "{time}")
        .replace(/\d+ ms\b/g, "{n} ms")
        .split("\n")
        .filter((line) => line !== "");
}
