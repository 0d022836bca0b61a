import { setTimeout as sleep } from "node:timers/promises";
import { usualExamples } from "../../cli/commands/doctor.ts";
import { countOf, listCounts } from "../../cli/report.ts";
import type { Check } from "../../doctor/checks.ts";
import { countFindings, type ExaminationCounts, examineDatabase } from "../../doctor/examine.ts";
import type { ConsoleMemory, Visit } from "../site.ts";

/** Milliseconds for which a page waits that looks again. */
const brief = 200;

/**
 * Begins an examination if one is due and none runs, and waits for the end of the one that runs.
 *
 * @returns since when it runs if it goes on, ISO-8601; undefined when none runs: `memory.examination` is the last one
 * @throws what the examination throws, once
 */
export async function readExamination(
    visit: Visit,
    all: readonly Check[],
    isDue: boolean,
    isDeep: boolean,
): Promise<string | undefined> {
    const { memory, query, patience } = visit;
    const isFirst = memory.examining === undefined;
    if (isDue) memory.examining ??= begin(visit, all, isDeep);
    // A program waits until it is over.
    const wait = query.has("as") ? undefined : isFirst ? patience : brief;
    return (await isOver(memory, wait)) ? undefined : memory.examining?.since;
}

/** Examines; the visitor may leave meanwhile. */
function begin(visit: Visit, all: readonly Check[], isDeep: boolean): NonNullable<ConsoleMemory["examining"]> {
    const checks = isDeep ? all : all.filter(({ isSlow }) => !isSlow);
    const { memory, now } = visit;
    const examination = examineDatabase(visit.getLastingConnection(), checks, {
        examples: usualExamples,
        signal: new AbortController().signal,
        isOneRequest: true,
    });
    const end = examination.then(({ examined, damage }) => {
        memory.examination = { at: now, examined, damage, isDeep };
        memory.findings = { at: now, ...summarizeFindings(countFindings(examined)) };
    });
    // The page that asks next throws it.
    end.catch(() => undefined);
    return { since: now, end };
}

async function isOver(memory: ConsoleMemory, wait: number | undefined): Promise<boolean> {
    const { examining } = memory;
    if (!examining) return true;
    let isSeen = true;
    try {
        const end = examining.end.then(() => true);
        isSeen = await (wait === undefined ? end : Promise.race([end, sleep(wait, false, { ref: false })]));
        return isSeen;
    } finally {
        if (isSeen && memory.examining === examining) delete memory.examining;
    }
}

/** Says in a few words what was found. */
export function summarizeFindings(counts: ExaminationCounts): Omit<NonNullable<ConsoleMemory["findings"]>, "at"> {
    const { errors, warnings, notes, failed } = counts;
    const found = listCounts([errors, "error"], [warnings, "warning"], [notes, "note"], [failed, "failed check"]);
    const mark = errors + failed > 0 ? "bad" : warnings > 0 ? "warn" : "ok";
    return { mark, summary: found === "" ? `nothing found by ${countOf(counts.examined, "check")}` : found };
}
