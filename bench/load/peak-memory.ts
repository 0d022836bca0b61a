// Loaded before a measured program: writes its greatest resident size, in kilobytes, to descriptor 3 when it ends.
import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

function readPeak(): number {
    try {
        // The kernel's other figure, which resourceUsage() returns, starts at what the parent had when it forked.
        const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
        if (peak !== undefined) return Number(peak);
    } catch {
        // Not on Linux.
    }
    return process.resourceUsage().maxRSS;
}

if (isMainThread) process.once("exit", () => writeSync(3, `${readPeak()}\n`));
