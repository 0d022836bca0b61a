import type { Connection } from "../../database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import type { LoadResult } from "../../loading/load.ts";
import { type BundledSeeds, type ChosenSeeds, chooseSeeds, recordSeeds, selectSeedState } from "../../loading/seeds.ts";
import { type OpenedSource, openSource } from "../../loading/sources/files.ts";
import { type PreparedDeploy, prepareDeploy } from "../../planning/prepare.ts";
import { confirmRemote } from "../confirm.ts";
import { deploy, printSummary } from "../deploy.ts";
import { describeLoad, type LoadOptions, loadAndReport, refuseRejects, toLoadDocument } from "../load-report.ts";
import { openForWriting, withConnection } from "../open.ts";
import { type PushOptions, toDeploy } from "../options.ts";
import type { Context } from "../program.ts";
import { warnOfUnfinished } from "../report.ts";

export interface MigrateOptions extends PushOptions, LoadOptions {
    readonly schemaOnly?: boolean;
    readonly seed?: boolean;
    /** Names of seeds in addition to the default ones, or `all`. */
    readonly data?: readonly string[];
}

/** db:migrate: deploys the schema, then loads an export or the bundled seeds. Exit code 5 when records were rejected. */
export async function migrate(context: Context, options: MigrateOptions, bundled: BundledSeeds): Promise<ExitCode> {
    refuseContradictions(options);
    refuseRejects(context, options);
    const { config, connection } = await openForWriting(context, options);
    let chosen: Chosen = {};
    return withConnection(connection, async () => {
        const leaveOut = warnOfUnfinished(context.output);
        const isLoad = options.from !== undefined || options.data !== undefined;
        const prepared = await prepareDeploy(context.root, connection, {
            ...toDeploy(options, leaveOut),
            ...(isLoad ? { leaveOut } : {}),
            extra: selectSeedState(bundled),
        });
        chosen = await chooseSource(context, connection, options, bundled, prepared);
        const { source } = chosen;
        const summary = await deploy(context, { target: config.target, connection }, prepared, options);
        if (options.showSql) return exitCodes.done;
        // The confirmation of the plan covers the load too.
        const isConfirmed = prepared.plan.steps.length > 0 || options.dryRun;
        if (source && !isConfirmed) await confirmRemote(context, connection.target, options.yes);
        const result = source && (await load(context, connection, options, bundled, { ...chosen, source }));
        if (chosen.note) context.output.note(chosen.note);
        const sentence = result && describeLoad(result, options.dryRun ?? false);
        const isIdle = prepared.plan.steps.length === 0 && sentence !== undefined;
        printSummary(context, connection, {
            ...summary,
            verdict: [isIdle ? "" : summary.verdict, sentence ?? ""].filter((text) => text !== "").join(" "),
            document: {
                ...summary.document,
                ...toLoadDocument(result),
                unchangedSeeds: chosen.unchangedSeeds ?? [],
            },
        });
        return result && result.rejected > 0 ? exitCodes.rejected : exitCodes.done;
    }).finally(() => chosen.source?.close());
}

function refuseContradictions({ schemaOnly, from, seed, data }: MigrateOptions): void {
    const bundledOption = seed ? "--seed" : data !== undefined ? "--data" : undefined;
    const pair = schemaOnly
        ? ["--schema-only", from !== undefined ? "--from" : bundledOption]
        : ["--from", from === undefined ? undefined : bundledOption];
    if (pair[1] === undefined) return;
    throw new AppError("usage", `${pair.join(" and ")} cannot be combined`, { hint: "use one of them" });
}

interface Chosen {
    /** Undefined when nothing is to be loaded. */
    readonly source?: OpenedSource;
    /** If the source is seeds. */
    readonly seeds?: ChosenSeeds;
    readonly note?: string | undefined;
    /** Names of seeds that are loaded already. */
    readonly unchangedSeeds?: readonly string[];
}

async function chooseSource(
    context: Context,
    connection: Connection,
    options: MigrateOptions,
    bundled: BundledSeeds,
    prepared: PreparedDeploy,
): Promise<Chosen> {
    const { root, signal } = context;
    if (options.schemaOnly) return {};
    if (options.from !== undefined)
        return { source: await openSource(root, options.from, undefined, signal, bundled.lists) };
    if (options.to !== undefined) return { note: "With --to, nothing is loaded." };
    const { chosen, unchanged, refusal } = await chooseSeeds(root, bundled, prepared.state.extra, {
        wanted: options.data,
        isForced: options.seed ?? false,
        isLocal: connection.target.local,
    });
    const source = chosen && { source: chosen.source, seeds: chosen };
    return { ...source, note: refusal, unchangedSeeds: unchanged };
}

async function load(
    context: Context,
    connection: Connection,
    options: MigrateOptions,
    { loaders, history, otherKinds }: BundledSeeds,
    { source, seeds }: Chosen & { readonly source: OpenedSource },
): Promise<LoadResult> {
    const recorded = options.dryRun ? undefined : seeds;
    if (recorded) await recordSeeds(connection, recorded, "begun");
    const what = { loaders: await loaders(), otherKinds: await otherKinds(), source, history };
    const result = await loadAndReport(context, connection, options, what);
    if (recorded && result.rejected === 0) await recordSeeds(connection, recorded, "loaded");
    return result;
}
