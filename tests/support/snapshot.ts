import type { Row } from "../../src/database/connection.ts";
import { type Address, openTestConnection } from "./deployed.ts";

/** What a deploy can change in a database: its objects and the migrator's records. */
export interface Snapshot {
    readonly schema: readonly Row[];
    readonly versions: readonly Row[];
    readonly objects: readonly Row[];
    readonly lock: readonly Row[];
}

const queries = [
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, tbl_name",
    "SELECT * FROM schemaversion ORDER BY version",
    "SELECT * FROM schema_objects ORDER BY name",
    "SELECT * FROM schema_lock",
];

/** Reads all of it, once nobody writes any more. A table that is not there gives no rows. */
export async function readSnapshot(address: Address): Promise<Snapshot> {
    const connection = await openTestConnection(address);
    try {
        const results = await connection.readAll(
            queries.map((sql) => ({ sql })),
            { settle: true },
        );
        const [schema = [], versions = [], objects = [], lock = []] = results.map((item) => (item.ok ? item.rows : []));
        return { schema, versions, objects, lock };
    } finally {
        connection.close();
    }
}

export const emptySnapshot: Snapshot = { schema: [], versions: [], objects: [], lock: [] };

/** The snapshot without what differs from one good deploy to the next: times, and how many deploys there were. */
export function withoutTimes({ schema, versions, objects }: Snapshot): Omit<Snapshot, "lock"> {
    return {
        schema,
        versions: versions.map(({ run_at, ...rest }) => ({ ...rest, run: run_at === null ? 0 : 1 })),
        objects,
    };
}

/** Runs one query outside of any deploy. */
export async function ask(address: Address, sql: string): Promise<readonly Row[]> {
    const connection = await openTestConnection(address);
    try {
        const [result] = await connection.readAll([{ sql }]);
        if (!result?.ok) throw new Error(result?.message);
        return result.rows;
    } finally {
        connection.close();
    }
}

/** Prints what a test found: how many points it tried, and how they ended. */
export function tell(line: string): void {
    process.stdout.write(`    found: ${line}\n`);
}
