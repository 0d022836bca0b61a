import type { Child } from "hono/jsx";
import { describeSize } from "../../cli/report.ts";
import type { Connection, Row } from "../../database/connection.ts";
import { DatabaseFault } from "../../database/faults.ts";
import { DataTable, Empty, Heading, State } from "../parts.tsx";

/** The bytes of each table and index, the largest first; or why there are none. */
export type SizeReading = { readonly rows: readonly Row[] } | { readonly problem: string };

const selectSizes = {
    sql: `SELECT stat.name AS name, coalesce(object.type, 'table') AS type, object.tbl_name AS "table", stat.pgsize AS bytes, stat.unused AS unused
FROM dbstat AS stat LEFT JOIN sqlite_schema AS object ON object.name = stat.name
WHERE stat.aggregate = 1 ORDER BY bytes DESC, name`,
};

/**
 * Reads the size of every table and index in one statement. It reads every page of the database.
 *
 * @param connection its queries must end by themselves
 */
export async function readSizes(connection: Pick<Connection, "readAll">): Promise<SizeReading> {
    try {
        const [result] = await connection.readAll([selectSizes]);
        return result?.ok ? { rows: result.rows } : { problem: result?.message ?? "no answer" };
    } catch (error) {
        if (!(error instanceof DatabaseFault) || error.kind === "interrupted") throw error;
        return { problem: error.message };
    }
}

/** The sizes: read on a click, and not kept. */
export function SizesSection(props: { readonly reading: SizeReading | undefined; readonly isRefused: boolean }): Child {
    const { reading, isRefused } = props;
    const read = <a href="/growth?sizes=1#sizes">{reading ? "Read again" : "Read now"}</a>;
    return (
        <section id="sizes">
            <Heading title="Sizes" note={reading && read} />
            {isRefused && <p class="lead">A link from elsewhere does not start it; the link below does.</p>}
            {!reading && <Empty>Not read: the sizes come from every page of the database. {read}</Empty>}
            {reading && "problem" in reading && (
                <Empty>
                    <State mark="off">{`This database gives no sizes: ${reading.problem}`}</State>
                </Empty>
            )}
            {reading && "rows" in reading && <SizeTable rows={reading.rows} />}
        </section>
    );
}

function SizeTable({ rows }: { readonly rows: readonly Row[] }): Child {
    const whole = rows.reduce((sum, { bytes }) => sum + Number(bytes), 0);
    return (
        <DataTable
            caption="Sizes of tables and indexes"
            isStacked
            columns={[
                ...["Table or index", "Kind", "Of table"].map((title) => ({ title })),
                ...["Size", "Share", "Unused"].map((title) => ({ title, isNumber: true })),
            ]}
        >
            {rows.map(({ name, type, table, bytes, unused }) => (
                <tr>
                    <th scope="row" class="m">
                        {String(name)}
                    </th>
                    <td>{String(type)}</td>
                    <td class="m">{type === "index" && <TableLink name={String(table)} />}</td>
                    <td class="n" data-l="size">
                        {describeSize(Number(bytes))}
                    </td>
                    <td class="n" data-l="share">
                        {`${((100 * Number(bytes)) / Math.max(1, whole)).toFixed(1)}%`}
                    </td>
                    <td class="n mut" data-l="unused">
                        {describeSize(Number(unused))}
                    </td>
                </tr>
            ))}
        </DataTable>
    );
}

function TableLink({ name }: { readonly name: string }): Child {
    return <a href={`/tables/${encodeURIComponent(name)}`}>{name}</a>;
}
