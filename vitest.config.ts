import { defineConfig } from "vitest/config";
import { countReporter } from "./tests/support/count-reporter.ts";
import { LongestFirst } from "./tests/support/sequencer.ts";

// `pnpm test:long` adds the heavier runs; without it the suite takes less than four minutes on two cores.
export default defineConfig(({ mode }) => ({
    test: {
        include: [mode === "long" ? "tests/**/*.test.ts" : "tests/**/!(*.long).test.ts"],
        globalSetup: ["tests/support/temporary.ts"],
        // Loading the modules again for each file would take a third of the time; no module keeps anything of a database.
        isolate: false,
        reporters: ["default", countReporter],
        // Most of a test is waiting: for another process, for a lock, for a disk.
        maxWorkers: 3,
        sequence: { sequencer: LongestFirst },
        testTimeout: 120_000,
        hookTimeout: 120_000,
    },
}));
