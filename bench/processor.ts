import { readFileSync } from "node:fs";

/** Returns the processor time of a process so far, in milliseconds: of this one by Node, of another one by its clock ticks of 10 ms. */
export function readProcessor(pid: number): number {
    if (pid === process.pid) {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1_000;
    }
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
}
