import { join, relative } from "node:path";
import type { Connection } from "../../database/connection.ts";
import { explainFault, toFault } from "../../database/faults.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import type { Loader } from "../../loading/loader.ts";
import { type OpenedSource, openSource } from "../../loading/sources/input.ts";
import { hashSource, listSource } from "../../loading/sources/source.ts";
import { recordSeed, selectSeeds } from "../../planning/bookkeeping.ts";
import { type PreparedDeploy, prepareDeploy } from "../../planning/prepare.ts";
import { confirmRemote } from "../confirm.ts";
import { deploy, printSummary } from "../deploy.ts";
import { openForWriting, withConnection } from "../open.ts";
import { type PushOptions, toDeploy } from "../options.ts";
import type { Context } from "../program.ts";
import { type LoadResult, loadInto } from "./load.ts";
import type { ContentHistory } from "./recognition.ts";

export interface MigrateOptions extends PushOptions {
    readonly schemaOnly?: boolean;
    readonly from?: string;
    readonly seed?: boolean;
    /** Bundled data sets beside the default ones; `all` for all. */
    readonly data?: readonly string[];
    readonly force?: boolean;
    readonly rejects?: string;
    /** Nothing is loaded when more records than this cannot be. */
    readonly maxRejects?: number;
}

/** The seed that comes with a project, and the loaders for it and for exports. */
export interface Seeds {
    /** Folder of the bundled seed, below the project's root. */
    readonly folder: string;
    /** Its data sets, in the order in which they load. */
    readonly sets: readonly BundledSet[];
    /** How the content's own history tells that it changed since a load. */
    readonly history: ContentHistory;
    /** Loaded only when something is to be loaded: validation is slow to start. */
    readonly loaders: () => Promise<readonly Loader[]>;
}

/** A part of the bundled seed that can be loaded by itself. */
export interface BundledSet {
    readonly name: string;
    /** Holds rows once the set is in; for the default ones, also once a database has content of its own. */
    readonly table: string;
    /** Files and folders below the seed's folder. */
    readonly paths: readonly string[];
    /** Loaded by db:migrate without being named. */
    readonly isDefault?: boolean;
}

/** Stands in the place of the checksum while the seed is not all in. */
const begun = "";

/** db:migrate: deploys the schema, then loads an export or the bundled seed. Exit code 5 when records were rejected. */
export async function migrate(context: Context, options: MigrateOptions, seeds: Seeds): Promise<ExitCode> {
    const { output } = context;
    refuseContradictions(options);
    const { config, connection } = await openForWriting(context, options);
    let source: Source = { files: undefined };
    return withConnection(connection, async () => {
        const prepared = await prepareDeploy(context.root, connection, {
            ...toDeploy(options),
            extra: [
                { sql: selectSeeds },
                ...seeds.sets.map(({ table }) => ({ sql: `SELECT 1 FROM ${table} LIMIT 1` })),
            ],
        });
        source = await chooseSource(context, connection, options, seeds, prepared);
        const summary = await deploy(context, { target: config.target, connection }, prepared, options);
        if (options.showSql) return exitCodes.done;
        // The plan's own question covers the load too.
        const isAsked = prepared.plan.steps.length > 0 || options.dryRun;
        if (source.files && !isAsked) await confirmRemote(context, connection.target, options.yes ?? false);
        const result = source.files ? await load(context, connection, options, seeds, source) : undefined;
        if (source.note) output.note(source.note);
        const isIdle = prepared.plan.steps.length === 0 && result?.sentence !== undefined;
        const verdict = [isIdle ? "" : summary.verdict, result?.sentence ?? ""].filter((text) => text !== "").join(" ");
        printSummary(context, connection, {
            ...summary,
            verdict,
            document: {
                ...summary.document,
                loaded: result?.counts ?? {},
                rejected: result?.rejected ?? 0,
                rejects: result?.rejectFile ?? null,
            },
        });
        return result && result.rejected > 0 ? exitCodes.rejected : exitCodes.done;
    }).finally(() => source.opened?.close());
}

function refuseContradictions({ schemaOnly, from, seed, data }: MigrateOptions): void {
    const bundledOption = seed ? "--seed" : data !== undefined ? "--data" : undefined;
    const pair = schemaOnly
        ? ["--schema-only", from !== undefined ? "--from" : bundledOption]
        : ["--from", from === undefined ? undefined : bundledOption];
    if (pair[1] === undefined) return;
    throw new AppError("usage", `${pair.join(" and ")} contradict each other`, { hint: "give one of them" });
}

/** What is to be loaded; no files when nothing is. */
interface Source {
    readonly files: readonly string[] | undefined;
    /** Bundled sets by name, with the checksum that is recorded after the load, so that they are not compared again. */
    readonly sets?: ReadonlyMap<string, string>;
    /** The export that the files belong to. */
    readonly opened?: OpenedSource;
    readonly note?: string;
}

async function chooseSource(
    context: Context,
    connection: Connection,
    options: MigrateOptions,
    seeds: Seeds,
    prepared: PreparedDeploy,
): Promise<Source> {
    if (options.schemaOnly) return { files: undefined };
    if (options.from !== undefined) {
        const opened = await openSource(context.root, options.from, undefined, context.signal);
        return { files: opened.files, opened };
    }
    if (options.to !== undefined) return { files: undefined, note: "With --to, nothing is loaded." };
    const [loaded, ...tables] = prepared.state.extra;
    const rows = (loaded?.ok ? loaded.rows : []).filter((row) => String(row.name).startsWith(bundledPrefix));
    const before = new Map(rows.map((row) => [String(row.name), String(row.checksum)]));
    const filled = new Set(
        seeds.sets.filter((_, at) => tables[at]?.ok && tables[at].rows.length > 0).map(({ table }) => table),
    );
    const files: string[] = [];
    const sets = new Map<string, string>();
    for (const { name, table, paths } of chooseSets(seeds, options.data)) {
        const folder = join(context.root, seeds.folder);
        const found = (await Promise.all(paths.map((path) => listSource(join(folder, path))))).flat();
        const checksum = hashSource(folder, found);
        // A rollback may have taken the rows away; the record of them stays.
        if (before.get(seedName(name)) === checksum && filled.has(table) && !options.seed) continue;
        files.push(...found);
        sets.set(name, checksum);
    }
    if (files.length === 0) return { files: undefined };
    const hasContent = seeds.sets.some((set) => set.isDefault && filled.has(set.table));
    const isWelcome = connection.target.local && (before.size > 0 || !hasContent);
    if (isWelcome || options.seed) return { files, sets };
    const why = connection.target.local ? "it has content of its own" : "it is on another machine";
    return { files: undefined, note: `The bundled seed was not loaded: ${why}. --seed loads it all the same.` };
}

function chooseSets({ sets }: Seeds, wanted: readonly string[] | undefined): readonly BundledSet[] {
    if (wanted === undefined) return sets.filter((set) => set.isDefault);
    if (wanted.includes("all")) return sets;
    const unknown = wanted.find((name) => !sets.some((set) => set.name === name));
    if (unknown !== undefined) {
        throw new AppError("usage", `there is no bundled data set '${unknown}'`, {
            hint: `there are: ${sets.map((set) => set.name).join(", ")}, and all`,
        });
    }
    return sets.filter((set) => set.isDefault || wanted.includes(set.name));
}

const bundledPrefix = "bundled:";

function seedName(set: string): string {
    return `${bundledPrefix}${set}`;
}

async function load(
    context: Context,
    connection: Connection,
    options: MigrateOptions,
    seeds: Seeds,
    { files = [], sets, opened }: Source,
): Promise<LoadResult> {
    const recorded = options.dryRun ? [] : [...(sets ?? [])];
    // Noted before anything is in: a load that was broken off has no content of its own, and is taken up again.
    const record = async (pairs: readonly (readonly [string, string])[], outcome: string): Promise<void> => {
        if (pairs.length === 0) return;
        const statements = pairs.map(([name, checksum]) => ({ sql: recordSeed(seedName(name), checksum) }));
        await connection.write(statements).catch((error: unknown) => {
            throw explainFault(toFault(error), connection.target).withOutcome(outcome);
        });
    };
    await record(
        recorded.map(([name]) => [name, begun]),
        "The schema is deployed; no record was loaded. Run the same command again to go on.",
    );
    const result = await loadInto(context, connection, {
        loaders: await seeds.loaders(),
        files,
        nameFile: opened?.nameFile ?? ((file) => relative(context.root, file) || file),
        force: options.force ?? false,
        dryRun: options.dryRun ?? false,
        rejectFile: options.rejects,
        maxRejects: options.maxRejects,
        recognize:
            options.from === undefined || opened?.isSpooled
                ? undefined
                : { path: options.from, history: seeds.history },
    });
    if (result.rejected === 0) {
        await record(
            recorded,
            "All records are in. Run the same command again to note that; what is in already is not written twice.",
        );
    }
    return result;
}
