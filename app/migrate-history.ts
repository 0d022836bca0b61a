import { join } from "node:path";
import { bundled } from "../seeds/bundled.ts";
import { confirmRemote } from "../src/cli/confirm.ts";
import { type LoadOptions, loadAndReport, refuseRejects, toLoadDocument } from "../src/cli/load-report.ts";
import { openForWriting, partlyWritten, refuseUndeployed, withConnection } from "../src/cli/open.ts";
import type { Context } from "../src/cli/program.ts";
import { conclude, countOf } from "../src/cli/report.ts";
import type { Connection } from "../src/database/connection.ts";
import { type ExitCode, exitCodes } from "../src/errors.ts";
import type { LoadResult } from "../src/loading/load.ts";
import { openSource } from "../src/loading/sources/files.ts";
import { addCreatedEvents } from "./created-events.ts";

export interface HistoryOptions extends LoadOptions {
    readonly yes?: boolean;
}

/**
 * db:migrate:history: loads an export of history, or the bundled one if the bundled questions are loaded, and adds a
 * 'created' event for every question without history. Running it again adds nothing.
 */
export async function migrateHistory(context: Context, options: HistoryOptions): Promise<ExitCode> {
    const { output } = context;
    refuseRejects(context, options);
    const { connection } = await openForWriting(context, options);
    return withConnection(
        connection,
        async () => {
            await refuseUndeployed(context, connection, "question_history");
            const isSeeded = await readSeeded(connection);
            const path = options.from ?? (isSeeded ? join(bundled.folder, "history.json") : undefined);
            if (!options.dryRun) await confirmRemote(context, connection.target, options.yes);
            const loaded = path === undefined ? undefined : await load(context, connection, options, path);
            if (path === undefined)
                output.note(
                    "No history was loaded: add --from <path>; the bundled history needs the bundled questions.",
                );
            const created = options.dryRun ? undefined : await addCreatedEvents(connection);
            for (const table of created?.skipped ?? [])
                output.note(`${table}: skipped, the database does not have this table`);
            for (const [table, count] of created?.added ?? [])
                output.field("Created", `${table}: ${countOf(count, "event")} for items without history`);
            const { created: events = 0, replaced = 0 } = loaded?.counts["question-history"] ?? {};
            const added = events + [...(created?.added.values() ?? [])].reduce((sum, count) => sum + count, 0);
            const [add, replace] = options.dryRun ? ["Would add", "replace"] : ["Added", "replaced"];
            const also = replaced > 0 ? `, and ${replace} ${replaced} that the triggers had written` : "";
            conclude(context, connection, `${add} ${countOf(added, "event")} of history${also}.`, {
                added,
                replaced,
                ...toLoadDocument(loaded),
                created: Object.fromEntries(created?.added ?? []),
                skipped: created?.skipped ?? [],
            });
            return loaded && loaded.rejected > 0 ? exitCodes.rejected : exitCodes.done;
        },
        partlyWritten,
    );
}

async function readSeeded(connection: Connection): Promise<boolean> {
    const [seeded] = await connection.readAll([{ sql: "SELECT 1 FROM schema_seeds WHERE name = 'bundled:questions'" }]);
    return seeded?.ok === true && seeded.rows.length > 0;
}

async function load(
    context: Context,
    connection: Connection,
    options: HistoryOptions,
    path: string,
): Promise<LoadResult> {
    const source = await openSource(context.root, path, undefined, context.signal, bundled.lists);
    const loaders = await bundled.loaders();
    const what = {
        loaders: loaders.filter(({ name }) => name === "question-history"),
        passOver: loaders.filter(({ name }) => name !== "question-history"),
        otherKinds: await bundled.otherKinds(),
        source,
        history: options.from === undefined ? undefined : bundled.history,
    };
    return loadAndReport(context, connection, options, what, "db:migrate:history").finally(source.close);
}
