import { join, relative, resolve } from "node:path";
import { type Context, confirmRemote, openForWriting } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { recordSeed, selectSeed } from "../migrations/bookkeeping.ts";
import { type PreparedDeploy, prepareDeploy } from "../migrations/deploy.ts";
import type { Loader } from "../seeding/loader.ts";
import { hashSource, listSource } from "../seeding/source.ts";
import { type LoadResult, loadInto } from "./load.ts";
import { type PushOptions, warnChangedByHand } from "./push.ts";
import { printSummary, runPrepared, withConnection } from "./run-prepared.ts";

export interface MigrateOptions extends PushOptions {
    readonly schemaOnly?: boolean;
    readonly from?: string;
    readonly seed?: boolean;
    readonly force?: boolean;
    readonly rejects?: string;
}

/** The seed that comes with a project, and the loaders for it and for exports. */
export interface Seeds {
    /** Folder of the bundled seed, below the project's root. */
    readonly folder: string;
    /** A table that holds rows once a database has content of its own. */
    readonly table: string;
    /** Loaded only when something is to be loaded: validation is slow to start. */
    readonly loaders: () => Promise<readonly Loader[]>;
}

const bundled = "bundled";
/** Stands in the place of the checksum while the seed is not all in. */
const begun = "";

/** db:migrate: deploys the schema, then loads an export or the bundled seed. Exit code 5 when records were rejected. */
export async function migrate(context: Context, options: MigrateOptions, seeds: Seeds): Promise<ExitCode> {
    const { output } = context;
    const { connection } = await openForWriting(context);
    return withConnection(connection, async () => {
        const prepared = await prepareDeploy(context.root, connection, {
            to: options.to,
            perFile: options.perFile ?? false,
            sets: options.set ?? [],
            extra: [{ sql: selectSeed(bundled) }, { sql: `SELECT 1 FROM ${seeds.table} LIMIT 1` }],
        });
        warnChangedByHand(context, prepared);
        const source = await chooseSource(context, connection, options, seeds, prepared);
        const summary = await runPrepared(context, connection, prepared, options);
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
    });
}

/** What is to be loaded; no files when nothing is. */
interface Source {
    readonly files: readonly string[] | undefined;
    /** Recorded after the load, so that the same seed is not compared again. */
    readonly checksum?: string;
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
    if (options.from !== undefined) return { files: await listSource(resolve(context.root, options.from)) };
    if (options.to !== undefined) return { files: undefined, note: "With --to, nothing is loaded." };
    const folder = join(context.root, seeds.folder);
    const files = await listSource(folder);
    const checksum = await hashSource(folder, files);
    const [seeded, content] = prepared.state.extra;
    const before = seeded?.ok ? seeded.rows[0]?.checksum : undefined;
    if (before === checksum && !options.seed) return { files: undefined };
    const hasContent = content?.ok === true && content.rows.length > 0;
    const isWelcome = connection.target.local && (before !== undefined || !hasContent);
    if (isWelcome || options.seed) return { files, checksum };
    const why = connection.target.local ? "it has content of its own" : "it is on another machine";
    return { files: undefined, note: `The bundled seed was not loaded: ${why}. --seed loads it all the same.` };
}

async function load(
    context: Context,
    connection: Connection,
    options: MigrateOptions,
    seeds: Seeds,
    { files = [], checksum }: Source,
): Promise<LoadResult> {
    const records = checksum !== undefined && !options.dryRun;
    // Noted before anything is in: a load that was broken off has no content of its own, and is taken up again.
    if (records) await connection.write([{ sql: recordSeed(bundled, begun) }]);
    const result = await loadInto(context, connection, {
        loaders: await seeds.loaders(),
        files,
        nameFile: (file) => relative(context.root, file) || file,
        force: options.force ?? false,
        dryRun: options.dryRun ?? false,
        rejectFile: options.rejects,
    });
    if (records && result.rejected === 0) await connection.write([{ sql: recordSeed(bundled, checksum) }]);
    return result;
}
