import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { root } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";

/** What of vitest's report is read here. */
interface Report {
    readonly startTime: number;
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
    readonly testResults: readonly {
        readonly name: string;
        readonly status: string;
        readonly message: string;
        readonly assertionResults: readonly {
            readonly fullName: string;
            readonly status: string;
            readonly failureMessages: readonly string[];
        }[];
    }[];
}

const day = 24 * 3_600_000;
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const keepClock = pathToFileURL(path.join(root, "tests/support/keep-clock.mjs")).href;
// Debian's faketime names the library that it would load.
const library = spawnSync("faketime", ["-m", "-f", "+1d", "printenv", "LD_PRELOAD"], {
    encoding: "utf8",
}).stdout?.trim();

/** Runs what `pnpm test` runs, in a process of its own and with temporary files of its own. */
async function runSuite(days: number, folder: string, signal: AbortSignal) {
    const file = path.join(folder, "report.json");
    const child = spawn(process.execPath, [vitest, "run", "--reporter=json", `--outputFile=${file}`], {
        cwd: root,
        env: {
            ...{ PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder },
            ...{ LD_PRELOAD: library, NODE_OPTIONS: `--import ${keepClock}` },
            // Only the date is another one: timeouts take as long as ever.
            ...{ FAKETIME: `+${days}d`, FAKETIME_DONT_FAKE_MONOTONIC: "1" },
        },
        stdio: ["ignore", "pipe", "pipe"],
        signal,
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
            printed = (printed + text).slice(-4_000);
        });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    const report: Report | undefined = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
    return { code, printed, report };
}

/** `file: test: message` of each test that failed, and of each file that could not be run. */
function listFailures({ testResults }: Report): string[] {
    return testResults.flatMap(({ name, status, message, assertionResults }) => {
        const file = path.relative(root, name);
        const failed = assertionResults.filter((result) => result.status === "failed");
        if (status === "failed" && failed.length === 0) return [`${file}: ${message}`];
        return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${failureMessages.join("\n")}`);
    });
}

describe.skipIf(!library)(`the default suite${library ? "" : " (faketime is not installed)"}`, () => {
    const clocks = [
        { ahead: "a day", days: 1 },
        { ahead: "a month", days: 30 },
        { ahead: "two years", days: 730 },
    ];

    test.for(clocks)(
        "passes under a clock that is $ahead ahead",
        { timeout: 3_600_000 },
        async ({ days }, { signal }) => {
            const folder = mkdtempSync(path.join(tmpdir(), "calendar-"));
            // Some tests work as another user, who has to reach their files.
            chmodSync(folder, 0o755);
            try {
                const startedAt = Date.now();
                const { code, printed, report } = await runSuite(days, folder, signal);
                if (report === undefined)
                    throw new Error(`the suite ended with ${code} before its report:\n${printed}`);
                const { startTime, numPassedTests, numFailedTests, numPendingTests } = report;
                tell(
                    `${new Date(startTime).toISOString()}: ${numPassedTests} passed, ${numFailedTests} failed, ` +
                        `${numPendingTests} skipped, ${Math.round((Date.now() - startedAt) / 1000)} s`,
                );
                expect(startTime).toBeGreaterThanOrEqual(startedAt + days * day);
                const failures = listFailures(report);
                expect(failures, `failed ${days} days ahead:\n${failures.join("\n\n")}`).toEqual([]);
                expect([code, numPassedTests > 0], printed).toEqual([0, true]);
            } finally {
                rmSync(folder, { recursive: true, force: true });
            }
        },
    );
});
