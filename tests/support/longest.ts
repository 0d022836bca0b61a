/** The test files that take longest, the longest first: ten seconds or more on two idle cores, most of it waiting. */
export const longest: readonly string[] = [
    "tests/console/browser.test.ts",
    "tests/console/crawl.test.ts",
    "tests/console/process.test.ts",
    "tests/commands/probe.test.ts",
    "tests/migrations/lease.test.ts",
    "tests/backup/interrupted.test.ts",
    "tests/migrations/kills.test.ts",
    "tests/database/faults/table.test.ts",
    "tests/database/patience.test.ts",
    "tests/migrations/busy-file.test.ts",
    "tests/migrations/strange-server.test.ts",
    "tests/migrations/broken-statements.test.ts",
    "tests/loading/killed.test.ts",
    "tests/loading/interrupted.test.ts",
    "tests/loading/sample.test.ts",
];
