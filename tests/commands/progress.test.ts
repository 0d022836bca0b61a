import { describe, expect, test } from "vitest";
import { createOutput, type Output } from "../../src/cli/output.ts";
import { createProgress, renderProgress, renderProgressBar } from "../../src/cli/progress.ts";
import { isInteractive } from "../../src/cli/settings.ts";
import { makeQuestion } from "../loading/records.ts";
import { hasTerminal, type RunningCommand, startCommand } from "../support/command.ts";
import { readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";

/** What a terminal shows in the end: the lines, after all that was erased and drawn over. */
function renderScreen(written: string): string[] {
    const lines = [""];
    let [row, column] = [0, 0];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals are told with.
    for (const [part] of written.matchAll(/\x1b\[\d*[A-Za-z]|\r|\n|[^\x1b\r\n]+/g)) {
        if (part === "\n") [row, column] = [row + 1, 0];
        else if (part === "\r" || part === "\x1b[G") column = 0;
        else if (part === "\x1b[1A") row--;
        else if (part === "\x1b[2K") lines[row] = "";
        else if (part.endsWith("m")) continue;
        else if (part.startsWith("\x1b")) throw new Error(`This screen does not know ${JSON.stringify(part)}.`);
        else {
            const line = (lines[row] ?? "").padEnd(column);
            lines[row] = line.slice(0, column) + part + line.slice(column + part.length);
            column += part.length;
        }
        lines[row] ??= "";
    }
    return lines;
}

/** An output that collects what it writes. */
function collect(options: { json?: boolean; columns?: number }): { output: Output; written: () => string } {
    let written = "";
    const output = createOutput({
        json: options.json ?? false,
        color: false,
        terminal: options.columns === undefined ? undefined : { columns: options.columns, rows: 30 },
        write: (_, text) => {
            written += text;
        },
    });
    return { output, written: () => written };
}

describe("progress", () => {
    const text = "questions: 12,000 of 30,000, 4,000 a second, 5 s left";

    test("says how many rows are done, how fast, and how long the rest takes at that rate", () => {
        expect(renderProgress("questions", 12_000, 30_000, 3)).toBe(text);
        expect(renderProgress("questions", 0, 30_000, 3)).toBe("questions: 0 of 30,000, 0 a second");
    });

    test.each([
        [100, `[============                  ] ${text}`],
        [80, `[=========               ] ${text}`],
        [66, `[====      ] ${text}`],
        [65, text],
    ])("has as much of a bar as fits into %i columns", (columns, bar) => {
        expect(renderProgressBar("questions", 12_000, 30_000, 3, columns)).toBe(bar);
        expect(bar.length).toBeLessThanOrEqual(columns);
    });

    test.each([
        ["where nobody watches", {}],
        ["under --json", { json: true, columns: 100 }],
    ])("is a line every two seconds %s", async (_, options) => {
        const { output, written } = collect(options);
        let now = 0;
        const { progress, end } = await createProgress(output, () => now);
        for (now of [1_000, 2_000, 3_000, 4_000]) progress("questions", now, 5_000);
        end();
        expect(written()).toBe(
            "questions: 2,000 of 5,000, 1,000 a second, 3 s left\nquestions: 4,000 of 5,000, 1,000 a second, 1 s left\n",
        );
    });

    test("stays below the lines that are printed meanwhile, and is gone in the end", async () => {
        const { output, written } = collect({ columns: 100 });
        let now = 0;
        const { progress, end } = await createProgress(output, () => now);
        const show = (loader: string, done: number): string[] => {
            now += 1_000;
            progress(loader, done, 3_000);
            return renderScreen(written());
        };
        const bar = "[==========                    ] questions: 1,000 of 3,000, 1,000 a second, 2 s left";
        expect(show("questions", 1_000)).toEqual([bar, ""]);
        output.note("a note");
        output.line("a line");
        expect(renderScreen(written())).toEqual(["a note", "a line", ""]);
        expect(show("questions", 1_500)[2]).toMatch(/^\[={15} {15}\] questions: 1,500 of 3,000, /);
        expect(show("questions", 3_000)).toEqual(["a note", "a line", "", ""]);
        expect(show("mappings", 600)[2]).toBe(
            "[======                        ] mappings: 600 of 3,000, 600 a second, 4 s left",
        );
        end();
        output.line("the end");
        expect(renderScreen(written())).toEqual(["a note", "a line", "the end", ""]);
    });

    test.each([
        [true, true, {}],
        [true, true, { CI: "false" }],
        [false, true, { CI: "true" }],
        [false, true, { TERM: "dumb" }],
        [false, false, {}],
    ])("is watched (%s) where stderr is a terminal (%s), with %o", (watched, isTTY, environment) => {
        expect(isInteractive({ isTTY }, environment)).toBe(watched);
    });
});

const title = hasTerminal ? "a load on a terminal" : "a load on a terminal (no `script` of util-linux here)";

describe.skipIf(!hasTerminal)(title, () => {
    describeTargets("shows a bar", (target) => {
        // More than go in one chunk.
        const [count, times] = target.name === "file:" ? [9_000, 1] : [2_500, 200];
        const explanation = "Because. ".repeat(times);
        const records = Array.from({ length: count }, (_, at) => makeQuestion(`q-${at}`, { explanation }));
        const root = copyProject({}, { "in.json": JSON.stringify(records) });
        const load = (url: string): RunningCommand =>
            startCommand("db:migrate", ["--from", "in.json"], {
                cwd: root,
                env: { TURSO_DATABASE_URL: url },
                terminal: true,
            });

        test("which gives way to the summary", async () => {
            const database = await createDeployedDatabase(target);
            const { code, stdout } = await load(database.url).result;
            expect(code).toBe(0);
            expect(stdout).toMatch(/\[=+ +\] questions: [\d,]+ of [\d,]+, [\d,]+ a second, \d+ s left\r\n/);
            expect(renderScreen(stdout)).toEqual([
                `Database: ${database.url}`,
                `Loading:  questions: ${count} read, ${count} created`,
                `Loading:  channel-mappings: ${count} read, ${count} created`,
                expect.stringMatching(/^Loaded .* questions, .* channel-mappings\. The database is at version 12: /),
                "",
            ]);
        });

        // A file is not waited for, so there is no saying when Ctrl-C comes.
        const testWaiting = target.name === "sqld" ? test : (): void => undefined;

        testWaiting("which Ctrl-C takes away, and only what happened is left to read", async () => {
            const database = await createDeployedDatabase(target);
            const proxy = await startProxy(database.url);
            const command = load(proxy.url);
            proxy.hooks.onRequest = async () => {
                if (!command.printed().stdout.includes("s left")) return;
                command.type("\x03");
                await command.result;
                return "drop";
            };
            const { code, stdout } = await command.result;
            expect(code).toBe(130);
            expect(stdout).toContain("s left");
            expect(renderScreen(stdout)).toEqual([
                `Database: ${proxy.url}`,
                "error: interrupted",
                "",
                expect.stringMatching(
                    /^Loaded before and kept: \d+ of \d+ questions\. The last transaction was either committed or rolled back\. Run the same command again to continue: nothing is written twice\.$/,
                ),
                "",
            ]);
            const loaded = Number(await readValue(database.client, "SELECT count(*) FROM questions"));
            expect([loaded > 0, loaded < count]).toEqual([true, true]);
            expect(await readValue(database.client, "SELECT count(*) FROM question_history")).toBe(loaded);
            await proxy.close();
        });
    });
});
