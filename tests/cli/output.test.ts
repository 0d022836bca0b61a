import { describe, expect, test } from "vitest";
import { createOutput } from "../../src/cli/output.ts";
import { AppError } from "../../src/errors.ts";

/** A name that clears the screen, sets the title, rings, turns text, and writes a line of its own. */
const hostile = "a\x1b[2J\x1b]0;t\x07\r\x9b31m\u202eb\nRestored 5 rows";
const oneLine = "a?[2J?]0;t???31m?b Restored 5 rows";
const lines = "a?[2J?]0;t???31m?b\nRestored 5 rows";

function collect(options: { json?: boolean; color?: boolean; isShown?: boolean } = {}) {
    const written = { stdout: "", stderr: "" };
    const output = createOutput({
        json: false,
        color: false,
        ...options,
        write: (stream, text) => {
            written[stream] += text;
        },
    });
    return { output, written };
}

describe("what is printed", () => {
    test("holds no characters that control the terminal, and keeps its line breaks, tabs and accents", () => {
        const { output, written } = collect();
        output.line(`${hostile}\tä→`);
        output.note(hostile);
        output.warn(hostile);
        expect(written.stdout).toBe(`${lines}\tä→\n`);
        expect(written.stderr).toBe(`${lines}\nwarning: ${lines}\n`);
    });

    test("has each value, cell, message and hint on one line", () => {
        const { output, written } = collect();
        output.field("Table", hostile);
        output.table([[hostile, "x"]]);
        output.error(
            new AppError("sql", hostile, {
                details: ["1", "2\n3\x1b"],
                hint: hostile,
                outcome: "Copied.\nStill at 1.\x1b",
            }),
        );
        expect(written.stdout).toBe(`Table:    ${oneLine}\n${oneLine}  x\n`);
        expect(written.stderr).toBe(`error: ${oneLine}\n\n1\n2\n3?\n\nhint: ${oneLine}\n\nCopied.\nStill at 1.?\n`);
    });

    test("keeps the colours of a diff, and none of its lines", () => {
        const { output, written } = collect({ color: true });
        output.diff([{ sign: "+", text: "x\x1b[0m" }]);
        expect(written.stdout).toBe("\x1b[32m  + x?[0m\x1b[39m\n");
    });

    test("has the same values as JSON, with every control character escaped", () => {
        const { output, written } = collect({ json: true });
        output.document({ name: hostile });
        expect(JSON.parse(written.stdout)).toEqual({ name: hostile });
        expect(written.stdout).toMatch(/^[\n -~]+$/);
    });

    test("is a script as it is, but for a script on a terminal", () => {
        for (const isShown of [false, true]) {
            const { output, written } = collect({ isShown });
            output.raw(`${hostile}\r\n`);
            expect(written.stdout).toBe(isShown ? `${lines}\n` : `${hostile}\r\n`);
        }
    });
});
