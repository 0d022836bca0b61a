import { readStatistics } from "../../statistics/read.ts";
import { renderStatistics } from "../../statistics/render.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { conclude, countOf } from "../report.ts";
import { speaksUtf8 } from "../settings.ts";

/**
 * db:stats: what is in a database and how it grows: rows, bytes, JSON, the figures of operations/statistics/, idle indexes. Reads only.
 *
 * @param time what the growth is counted back from
 */
export async function showStatistics(context: Context, time = new Date()): Promise<void> {
    const { output, root } = context;
    const connection = await openExisting(context, "read");
    const { label } = connection.target;
    const now = time.toISOString();
    await withConnection(connection, async () => {
        const statistics = await readStatistics(root, connection, now);
        for (const { heading, rows } of renderStatistics(statistics, speaksUtf8())) {
            output.line();
            output.line(heading);
            output.table(rows.map((row) => row.map((cell, at) => (at === 0 ? `    ${cell}` : cell))));
        }
        output.line();
        for (const note of statistics.notes) output.note(note);
        const verdict = `Measured ${countOf(statistics.tables.length, "table")}, and changed nothing.`;
        conclude(context, connection, verdict, { database: label, now, ...statistics });
    });
}
