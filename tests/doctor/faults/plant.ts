import type { Base } from "../bases.ts";

/** Something that is wrong, and the one check that must find it. */
export interface PlantedFault {
    readonly check: string;
    /** What is planted, in words. */
    readonly plant: string;
    /** Where; deployed unless the schema refuses it there. */
    readonly base?: Base;
    readonly sql: string | readonly string[];
    /** A part of what the examples say. */
    readonly tells: string;
}

/** A fault that a deployed database can hold. */
export function inDeployed(check: string, plant: string, sql: string | readonly string[], tells: string): PlantedFault {
    return { check, plant, sql, tells };
}

/** A fault that a deployed database refuses. */
export function inLoose(...fault: Parameters<typeof inDeployed>): PlantedFault {
    return { ...inDeployed(...fault), base: "loose" };
}

/** A fault in the optional set `search`. */
export function inSearch(...fault: Parameters<typeof inDeployed>): PlantedFault {
    return { ...inDeployed(...fault), base: "search" };
}

/** A time that is older than anything that is waited for. */
export const longAgo = "'2026-01-05T04:00:00.000Z'";
