import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with one line that counts its tests, for whoever reads the log by program. */
export const countReporter: Reporter = {
    onTestRunEnd(modules: readonly TestModule[]) {
        const counts = { passed: 0, failed: 0, skipped: 0 };
        for (const module of modules) {
            if (module.state() === "failed" && [...module.children.allTests()].length === 0) counts.failed++;
            for (const test of module.children.allTests()) {
                const { state } = test.result();
                if (state !== "pending") counts[state]++;
            }
        }
        // After the other reporters: theirs is written when this hook returns.
        process.once("exit", () => {
            const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
            process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
        });
    },
};
