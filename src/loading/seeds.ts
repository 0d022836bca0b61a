import { join, relative } from "node:path";
import type { Connection, Query, ReadResult } from "../database/connection.ts";
import { explainFault, toFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { recordSeed, selectSeeds } from "../planning/bookkeeping.ts";
import { quoteName } from "../sql/quoting.ts";
import { suggest } from "../text/similar.ts";
import type { Loader, OtherKind } from "./loader.ts";
import type { ContentHistory } from "./recognition.ts";
import { hashFiles } from "./sources/file-reader.ts";
import { listFiles, type OpenedSource } from "./sources/files.ts";

/** Bundled data that are loaded under one name. */
export interface Seed {
    readonly name: string;
    /** A table that has rows once the seed is loaded. Rows in that of a default seed mean that the database has content. */
    readonly table: string;
    /** Files and folders below the folder of all seeds. */
    readonly paths: readonly string[];
    /** Loaded by db:migrate without being named. */
    readonly isDefault?: boolean;
}

/** The bundled data of a project, and the loaders for them and for exports. */
export interface BundledSeeds {
    /** Below the project's root. */
    readonly folder: string;
    /** Files of the folder that hold no records, relative to the root. */
    readonly lists: readonly string[];
    readonly seeds: readonly Seed[];
    /** Undefined for a schema that records no changes: every load compares every record. */
    readonly history?: ContentHistory;
    /** Imported only when something is to be loaded: validation is slow to start. */
    readonly loaders: () => Promise<readonly Loader[]>;
    /** Documents of exports that no loader reads. */
    readonly otherKinds: () => Promise<readonly OtherKind[]>;
}

/** The queries whose results chooseSeeds() needs. */
export function selectSeedState({ seeds }: BundledSeeds): Query[] {
    return [{ sql: selectSeeds }, ...seeds.map(({ table }) => ({ sql: `SELECT 1 FROM ${quoteName(table)} LIMIT 1` }))];
}

export interface SeedChoice {
    /** Names of seeds in addition to the default ones, or `all`. */
    readonly wanted: readonly string[] | undefined;
    /** Load even into a remote or non-empty database, and even unchanged seeds. */
    readonly isForced: boolean;
    readonly isLocal: boolean;
}

/** Which seeds are loaded. */
export interface SeedDecision {
    /** Undefined when none is to be loaded. */
    readonly chosen?: ChosenSeeds;
    /** Names of seeds that are loaded already. */
    readonly unchanged: readonly string[];
    /** A sentence that says why seeds are not loaded into this database. */
    readonly refusal?: string;
}

export interface ChosenSeeds {
    readonly source: OpenedSource;
    /** By name; recorded after the load, so that unchanged seeds are not compared again. */
    readonly checksums: ReadonlyMap<string, string>;
}

/**
 * Chooses the seeds that need to be loaded. The others are only hashed.
 *
 * @throws AppError `usage` for an unknown name
 */
export async function chooseSeeds(
    root: string,
    bundled: BundledSeeds,
    [recorded, ...tables]: readonly ReadResult[],
    { wanted, isForced, isLocal }: SeedChoice,
): Promise<SeedDecision> {
    const rows = recorded?.ok ? recorded.rows : [];
    const before = new Map(rows.map((row) => [String(row.name), row.checksum]));
    const hasRows = new Set(
        bundled.seeds.filter((_, at) => tables[at]?.ok && tables[at].rows.length > 0).map(({ table }) => table),
    );
    const folder = join(root, bundled.folder);
    const files: string[] = [];
    const checksums = new Map<string, string>();
    const unchanged: string[] = [];
    for (const { name, table, paths } of pickSeeds(bundled.seeds, wanted)) {
        const found = (await Promise.all(paths.map((path) => listFiles(join(folder, path))))).flat();
        const checksum = hashFiles(folder, found);
        // A rollback may have dropped the rows but keeps this record.
        if (before.get(recordName(name)) === checksum && hasRows.has(table) && !isForced) {
            unchanged.push(name);
            continue;
        }
        files.push(...found);
        checksums.set(name, checksum);
    }
    if (files.length === 0) return { unchanged };
    const isSeeded = [...before.keys()].some((name) => name.startsWith(prefix));
    const hasContent = bundled.seeds.some(({ table, isDefault }) => isDefault && hasRows.has(table));
    if (!isForced && !(isLocal && (isSeeded || !hasContent))) {
        const why = isLocal ? "the database has other content" : "the database is remote";
        return { unchanged, refusal: `The bundled seeds were not loaded: ${why}. --seed loads them anyway.` };
    }
    const nameFile = (file: string): string => relative(root, file) || file;
    return { unchanged, chosen: { source: { files, nameFile, close: async () => undefined }, checksums } };
}

function pickSeeds(seeds: readonly Seed[], wanted: readonly string[] | undefined): readonly Seed[] {
    if (wanted?.includes("all")) return seeds;
    const unknown = wanted?.find((name) => !seeds.some((seed) => seed.name === name));
    if (unknown !== undefined) {
        const names = seeds.map((seed) => seed.name);
        throw new AppError("usage", `unknown seed '${unknown}'${suggest(unknown, names)}`, {
            hint: `name one of ${names.join(", ")}, or all`,
        });
    }
    return seeds.filter((seed) => seed.isDefault || wanted?.includes(seed.name));
}

const prefix = "bundled:";

function recordName(seed: string): string {
    return `${prefix}${seed}`;
}

/**
 * Records that a load of seeds began or succeeded. Because the beginning is recorded, an interrupted load continues
 * although the database has content.
 */
export async function recordSeeds(
    connection: Connection,
    { checksums }: ChosenSeeds,
    state: "begun" | "loaded",
): Promise<void> {
    const statements = [...checksums].map(([name, checksum]) => ({
        sql: recordSeed(recordName(name), state === "begun" ? "" : checksum),
    }));
    await connection.write(statements).catch((error: unknown) => {
        throw explainFault(toFault(error), connection.target).withOutcome(outcomes[state]);
    });
}

const outcomes = {
    begun: "The schema is deployed; no record was loaded. Run the same command again to continue.",
    loaded: "All records are loaded. Run the same command again to record that; nothing is written twice.",
};
