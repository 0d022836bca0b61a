import type { MigrationSet } from "../planning/files.ts";
import type { Plan } from "../planning/plan.ts";
import type { Health, Inspection } from "./inspect.ts";
import type { WatchedFile } from "./watch.ts";

/** A change to the copy that no file asks for. */
export interface RehearsalFinding {
    readonly kind:
        | "lost-object"
        | "lost-rows"
        | "lost-references"
        | "lost-column"
        | "lost-values"
        | "foreign-key"
        | "constraint"
        | "broken-object";
    /** The migration that did it; null where that cannot be told. */
    readonly path: string | null;
    readonly message: string;
    readonly remedy: string;
}

/** A rehearsed run, before and after it and between its files. */
export interface Rehearsed {
    readonly sets: readonly MigrationSet[];
    readonly plan: Plan;
    readonly before: Inspection & Health;
    readonly files: readonly WatchedFile[];
    readonly after: Inspection & Health;
}
