import type { Origins } from "../src/adoption/origins.ts";

/** The databases from before this repository, and how their columns map to its tables: none is known. */
export const origins: Origins = {
    known: [],
    columns: [],
    forms: new Map(),
    newest: [],
    filled: [],
    loaded: [],
    merged: [],
};
