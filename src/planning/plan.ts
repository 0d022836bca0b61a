import type { ExtraIndexChange, ExtraIndexTracker, IndexAction } from "../schema/extra-indexes.ts";
import { checksumTokens, type Statement } from "../sql/statements.ts";
import type { ObjectRecord } from "./bookkeeping.ts";
import type { MigrationFile, MigrationSet } from "./files.ts";
import { findApplied, findForeignObjects, findLostTriggers, isEdited } from "./judge.ts";
import { fromFile, type ObjectAction, type ObjectChange, type PlannedObject, trackObjects } from "./objects.ts";
import { refuseFiles } from "./problems.ts";
import { type DatabaseState, findSchemaRow } from "./state.ts";
import { readStructure, type Structure } from "./structure.ts";

export type Direction = "do" | "undo";

export type Action =
    | {
          readonly does: "migrate";
          readonly file: MigrationFile;
          readonly path: string;
          readonly statements: readonly Statement[];
      }
    | ObjectAction
    | IndexAction;

/** One transaction. */
export interface Step {
    readonly migrations: readonly MigrationFile[];
    /** Tables that are rebuilt; such a step has one migration and runs with foreign keys off. */
    readonly rebuilt: readonly string[];
    readonly dropped: readonly string[];
    readonly actions: readonly Action[];
    /** Views and triggers that exist at its end; each must prepare. */
    readonly present: readonly PlannedObject[];
    readonly records: readonly ObjectRecord[];
    readonly forgotten: readonly string[];
    /** Queries of rows and values that it deletes: it runs only when none of them returns a row. */
    readonly losses?: readonly string[];
}

/** What a run will do; no steps when there is nothing to do. */
export interface Plan {
    readonly direction: Direction;
    readonly steps: readonly Step[];
    readonly migrations: readonly MigrationFile[];
    readonly objects: readonly ObjectChange[];
    readonly extraIndexes: readonly ExtraIndexChange[];
    /** Applied files whose recorded checksums this run refreshes. */
    readonly refreshed: readonly MigrationFile[];
    readonly version: number;
}

/** Finds the names of views and triggers that do not prepare with only these migrations applied. */
export type FindDeferred = (applied: readonly MigrationFile[]) => Promise<ReadonlySet<string>>;

interface PlanInput {
    readonly sets: readonly MigrationSet[];
    readonly state: DatabaseState;
    readonly direction: Direction;
    /** What to apply or undo, in order; a file without statements is only recorded. */
    readonly migrations: readonly MigrationFile[];
    readonly perFile: boolean;
    readonly findDeferred: FindDeferred;
    /** Skips validation of files that were applied before. */
    readonly unjudged?: boolean;
}

/**
 * Plans a run. `findDeferred` is called only for versions before the latest.
 *
 * @throws AppError `invalid-files` where rows would be written without their triggers, or views and triggers of other
 * owners are in the way
 */
export async function planRun(input: PlanInput): Promise<Plan> {
    const { sets, state, direction } = input;
    const takesOver = isRecording(input);
    const tracker = trackObjects(sets, state, takesOver);
    const extraIndexes = await openExtraIndexes(input);
    let applied = findApplied(sets, state);
    const groups = groupIntoSteps(input);
    if (groups.length === 0 && direction === "do") groups.push([]);
    const steps: Step[] = [];
    for (const [at, group] of groups.entries()) {
        const actions: Action[] = [];
        for (const { file, structure } of group) {
            const { path, statements } = partOf(file, direction);
            const split = structure.firstStructural ?? statements.length;
            const migrate = (from: number, to?: number): void => {
                const part = statements.slice(from, to);
                if (part.length > 0) actions.push({ does: "migrate", file, path, statements: part });
            };
            // Rows are written with the triggers in place, on a fresh database too.
            const written = structure.writtenBefore.map(({ table }) => table);
            if (tracker.lacksTriggers(written)) {
                const watched = direction === "do" ? written : [];
                actions.push(...tracker.bringTo(await deferredAt(input, applied), watched));
            }
            const { before, after } = extraIndexes.surround(statements, structure);
            actions.push(...before);
            migrate(0, split);
            if (split < statements.length) actions.push(...tracker.dropAll());
            migrate(split);
            actions.push(...after);
            applied = direction === "do" ? [...applied, file] : applied.filter((other) => other !== file);
            const isLast = at === groups.length - 1 && file === group.at(-1)?.file;
            if (split < statements.length && !isLast) {
                actions.push(...tracker.bringTo(await deferredAt(input, applied)));
            }
        }
        actions.push(...tracker.bringTo(await deferredAt(input, applied)));
        const { records, forgotten } = tracker.takeRecords();
        const step: Step = {
            migrations: group.map(({ file }) => file),
            rebuilt: group.flatMap(({ structure }) => structure.rebuilt),
            dropped: group.flatMap(({ structure }) => structure.dropped),
            actions,
            present: tracker.present(),
            records,
            forgotten,
        };
        const work = [step.migrations, step.actions, step.records, step.forgotten];
        if (work.some((part) => part.length > 0)) steps.push(step);
    }
    if (!input.unjudged && groups.length > 0) await refuseProblems(input, groups.flat(), steps, takesOver);
    const core = sets[0]?.name;
    return {
        direction,
        steps,
        migrations: groups.flat().map(({ file }) => file),
        objects: groups.length === 0 ? [] : tracker.changes(),
        extraIndexes: extraIndexes.changes(),
        refreshed: steps.length === 0 ? [] : findStale(sets, state),
        version: Math.max(0, ...applied.filter((file) => file.set === core).map((file) => file.version)),
    };
}

// Most runs have nothing to do with them, and neither has a fresh database.
async function openExtraIndexes({ sets, state, migrations }: PlanInput): Promise<ExtraIndexTracker> {
    if (migrations.length === 0 || !state.schema.some(({ type }) => type === "index")) {
        return { surround: () => ({ before: [], after: [] }), changes: () => [] };
    }
    const { trackExtraIndexes } = await import("../schema/extra-indexes.ts");
    return trackExtraIndexes(state.schema, findApplied(sets, state));
}

function partOf(file: MigrationFile, direction: Direction): { path: string; statements: readonly Statement[] } {
    const part = direction === "do" ? file : file.undo;
    return part ?? { path: file.path, statements: [] };
}

// A baseline: the existing objects count as those of the files.
function isRecording({ migrations }: PlanInput): boolean {
    return migrations.length > 0 && migrations.every((file) => file.statements.length === 0);
}

async function refuseProblems(
    { sets, state, direction }: PlanInput,
    planned: readonly Planned[],
    steps: readonly Step[],
    takesOver: boolean,
): Promise<void> {
    const names = planned.flatMap(({ structure }) => [...structure.dropped, ...structure.renamed]);
    const gone = new Set(names.map((name) => name.toLowerCase()));
    const droppedViews = steps
        .flatMap((step) => step.actions)
        .flatMap((action) => (action.does === "drop-object" && action.type === "view" ? [action.name] : []));
    const writesAfter = direction === "do" && planned.some(({ structure }) => structure.writtenAfter.length > 0);
    const problems = [
        ...(writesAfter ? (await import("./judging/unwatched.ts")).findUnwatchedWrites(sets, state, planned) : []),
        ...(takesOver ? [] : findForeignObjects(sets, state, gone)),
        ...findLostTriggers(sets, state, gone, droppedViews, takesOver),
    ];
    if (problems.length > 0) {
        throw refuseFiles(problems, direction === "do" ? "Nothing was applied." : "Nothing was undone.");
    }
}

interface Planned {
    readonly file: MigrationFile;
    readonly structure: Structure;
}

function groupIntoSteps({ migrations, direction, perFile }: PlanInput): Planned[][] {
    const groups: Planned[][] = [];
    let open: Planned[] | undefined;
    for (const file of migrations) {
        const planned = { file, structure: readStructure(partOf(file, direction).statements) };
        // A rebuild runs with foreign keys off, and so alone in its transaction.
        if (perFile || planned.structure.rebuilt.length > 0) {
            groups.push([planned]);
            open = undefined;
        } else if (open) {
            open.push(planned);
        } else {
            open = [planned];
            groups.push(open);
        }
    }
    return groups;
}

async function deferredAt(input: PlanInput, applied: readonly MigrationFile[]): Promise<ReadonlySet<string>> {
    const all = input.sets.flatMap((set) => set.migrations);
    return applied.length === all.length ? new Set() : input.findDeferred(applied);
}

// Files whose text changed but not their tokens, and rows that stock postgrator wrote.
function findStale(sets: readonly MigrationSet[], state: DatabaseState): MigrationFile[] {
    return sets.flatMap((set) => {
        const files = new Map(set.migrations.map((file) => [file.version, file]));
        return (state.versions.get(set.name) ?? []).flatMap((row) => {
            const file = files.get(row.version);
            if (!file || isEdited(file, row)) return [];
            return row.md5 === file.md5 && row.checksum === file.checksum ? [] : [file];
        });
    });
}

/** Finds managed views and triggers that differ both from what was deployed and from their file in these sets. */
export function findChangedByHand(state: DatabaseState, sets: readonly MigrationSet[] = []): string[] {
    const files = new Map(sets.flatMap((set) => set.objects.map((file) => [file.name, fromFile(file).checksum])));
    return state.objects.flatMap((record) => {
        const sql = findSchemaRow(state, record.name)?.sql;
        if (!sql || record.status !== "present") return [];
        const checksum = checksumTokens(sql);
        return checksum === record.checksum || checksum === files.get(record.name) ? [] : [record.name];
    });
}
