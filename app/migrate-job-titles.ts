import { confirmRemote } from "../src/cli/confirm.ts";
import { openForWriting, partlyWritten, refuseUndeployed, withConnection } from "../src/cli/open.ts";
import type { Context } from "../src/cli/program.ts";
import { conclude, countOf } from "../src/cli/report.ts";
import { fillJobTitles, readJobTitles } from "./job-titles.ts";

export interface JobTitleOptions {
    readonly force?: boolean;
    readonly yes?: boolean;
}

/** db:migrate:job-titles: scores every question for every job title, and assigns its levels of experience. */
export async function migrateJobTitles(context: Context, options: JobTitleOptions): Promise<void> {
    const { connection } = await openForWriting(context);
    await withConnection(
        connection,
        async () => {
            await refuseUndeployed(context, connection, "questions");
            const titles = await readJobTitles();
            await confirmRemote(context, connection.target, options.yes);
            const written = await fillJobTitles(connection, titles, options.force ?? false);
            const verdict =
                written === 0
                    ? "Nothing to do: every question has its scores."
                    : `Scored ${countOf(written, "question")}.`;
            conclude(context, connection, verdict, { written, titles: Object.keys(titles) });
        },
        partlyWritten,
    );
}
