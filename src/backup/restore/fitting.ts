import type { Transaction } from "../../database/connection.ts";
import { AppError } from "../../errors.ts";
import { type SchemaRow, selectSchema } from "../../schema/row.ts";
import { readTables, readTablesInside, type Table } from "../../schema/table.ts";
import { readSome, type SchemaObject } from "../layout.ts";
import type { CheckedBackup } from "./check.ts";
import { listNames, nothingDone, type RestorePlan } from "./plan.ts";

/**
 * Refuses to replace the rows of tables that have other columns than in the backup; returns the columns in its order.
 * @throws AppError `drift`
 */
export async function refuseOtherColumns(
    writer: Transaction,
    backup: CheckedBackup,
    { refilled }: RestorePlan,
): Promise<Map<string, readonly string[]>> {
    const columns = new Map<string, readonly string[]>();
    if (refilled.length === 0) return columns;
    const schema = (await writer.query(selectSchema)) as unknown as SchemaRow[];
    const found = await readTablesInside(writer, schema);
    const objects = backup.objects.filter(({ type, name }) => type === "table" && refilled.includes(name));
    const wanted = await createInMemory(objects);
    for (const table of refilled) {
        const [live, own] = [listColumns(found, table), listColumns(wanted, table)] as const;
        columns.set(table, own);
        if (live.toSorted().join("\n") === own.toSorted().join("\n")) continue;
        const lacks = own.filter((name) => !live.includes(name));
        const more = live.filter((name) => !own.includes(name));
        const says = [
            ...(lacks.length > 0 ? [`the database lacks ${listNames(lacks)}`] : []),
            ...(more.length > 0 ? [`the backup lacks ${listNames(more)}`] : []),
        ];
        throw new AppError("drift", `'${table}' has other columns than in the backup: ${says.join(", ")}`, {
            hint: "restore into an empty database, update it with `pnpm db:migrate`, and copy the rows from there",
            outcome: nothingDone,
        });
    }
    return columns;
}

async function createInMemory(objects: readonly SchemaObject[]): Promise<Table[]> {
    const { openScratch } = await import("../../database/file/connection.ts");
    const scratch = openScratch();
    try {
        for (const { sql } of objects) await scratch.runAlone(sql);
        return await readTables(scratch);
    } finally {
        scratch.close();
    }
}

function listColumns(tables: readonly Table[], name: string): string[] {
    const columns = tables.find((table) => table.name === name)?.columns ?? [];
    return columns.flatMap((column) => (column.isGenerated ? [] : [column.name]));
}

/** How many rows refer to a row that does not exist, by table and referenced table. */
export type Violations = ReadonlyMap<string, number>;

/** Counts dangling rows, only where the rows of some tables are replaced: a whole backup is restored as it was. */
export async function countViolations(writer: Transaction, { refilled }: RestorePlan): Promise<Violations> {
    if (refilled.length === 0) return new Map();
    const rows = await readSome(writer, `SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2`);
    const describe = (table: unknown, parent: unknown): string =>
        `rows of '${table}' that refer to a missing row of '${parent}'`;
    return new Map(rows.map(([table, parent, count]) => [describe(table, parent), Number(count)]));
}

/**
 * Refuses a restore that adds dangling rows, in the restored tables or in others.
 * @throws AppError `would-lose`
 */
export async function refuseNewViolations(writer: Transaction, plan: RestorePlan, before: Violations): Promise<void> {
    const after = await countViolations(writer, plan);
    const grown = [...after].filter(([what, count]) => count > (before.get(what) ?? 0));
    if (grown.length === 0) return;
    const details = grown.map(([what, count]) => `${count} ${what}, ${before.get(what) ?? 0} before`);
    throw new AppError("would-lose", "the restored rows do not match the other tables", {
        details,
        hint: `restore the related tables together: \`--table ${plan.refilled.join(" ")} …\``,
        outcome: nothingDone,
    });
}
