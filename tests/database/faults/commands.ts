import { chmodSync, readFileSync } from "node:fs";
import path from "node:path";
import { migrateHistory } from "../../../app/migrate-history.ts";
import { migrateJobTitles } from "../../../app/migrate-job-titles.ts";
import { exportForms } from "../../../site/exports.ts";
import { origins } from "../../../site/origins.ts";
import { bundled } from "../../../site/seeds.ts";
import { adopt } from "../../../src/cli/commands/adopt.ts";
import { backup } from "../../../src/cli/commands/backup.ts";
import { baseline } from "../../../src/cli/commands/baseline.ts";
import { examineHealth } from "../../../src/cli/commands/doctor.ts";
import { explain } from "../../../src/cli/commands/explain.ts";
import { exportTables } from "../../../src/cli/commands/export.ts";
import { maintain } from "../../../src/cli/commands/maintain.ts";
import { migrate } from "../../../src/cli/commands/migrate.ts";
import { push } from "../../../src/cli/commands/push.ts";
import { pushSchema } from "../../../src/cli/commands/push-schema.ts";
import { rehearseDeploy } from "../../../src/cli/commands/rehearse.ts";
import { reset } from "../../../src/cli/commands/reset.ts";
import { restoreBackup } from "../../../src/cli/commands/restore.ts";
import { rollback } from "../../../src/cli/commands/rollback.ts";
import { showStatistics } from "../../../src/cli/commands/stats.ts";
import { showStatus } from "../../../src/cli/commands/status.ts";
import { showVerification } from "../../../src/cli/commands/verify.ts";
import type { Context } from "../../../src/cli/program.ts";
import { makeSmallBackup } from "../../backup/running.ts";
import { readCheckFiles } from "../../doctor/check-files.ts";
import { ruleFiles } from "../../maintenance/maintaining.ts";
import { root } from "../../support/deployed.ts";
import { makeFolder } from "../../support/project.ts";
import { copyProject } from "../../support/repository.ts";

/** What a command finds: deployed with two questions, without version rows, or deployed to by newer files. */
export type Base = "deployed" | "unrecorded" | "newer";

/** A command on a database in which it has something to do. */
export interface Tried {
    readonly name: string;
    readonly writes: boolean;
    readonly base: Exclude<Base, "newer">;
    /** The project's folder. */
    readonly root: () => string;
    readonly run: (context: Context) => Promise<unknown>;
}

/** Records of one loader, and so one chunk: it is in, or it is not. */
const input = { "in.json": readFileSync(path.join(root, "seeds/data/certifications.json"), "utf8") };
const pending = {
    "migrations/013.do.add-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;\n",
    "migrations/013.undo.add-notes.sql": "DROP TABLE notes;\n",
};

/** A project's folder that everybody may read, whoever a command runs as. */
function once(files: Readonly<Record<string, string>>): () => string {
    let made: string | undefined;
    return () => {
        if (made !== undefined) return made;
        made = copyProject({}, files);
        chmodSync(made, 0o777);
        return made;
    };
}

/** The project whose files the databases were deployed from, and the same with one migration more. */
export const current = once(input);
const ahead = once({ ...input, ...pending });
const examined = once(readCheckFiles());

const maintained = once(ruleFiles);
/** When the two questions are no longer new. */
const later = new Date(Date.now() + 8 * 24 * 3_600_000);

const from = "in.json";

/** Every command that talks to a database, but for db:probe, which wants an empty one. */
export const commands: readonly Tried[] = [
    writes("db:migrate", ahead, (context) => migrate(context, { from }, bundled)),
    writes("db:push", ahead, (context) => push(context, {})),
    writes("db:push:schema", ahead, (context) => pushSchema(context, {})),
    writes("db:rollback", current, (context) => rollback(context, { to: 11, discardRows: true })),
    { ...writes("db:baseline", current, (context) => baseline(context, {})), base: "unrecorded" },
    writes("db:reset", current, (context) => reset(context, { yes: true })),
    writes("db:seed", current, (context) => migrate(context, { from }, bundled)),
    writes("db:migrate:history", current, (context) => migrateHistory(context, {})),
    writes("db:migrate:job-titles", current, (context) => migrateJobTitles(context, {})),
    writes("db:maintain", maintained, (context) => maintain(context, {}, later)),
    writes("db:restore", current, async (context) =>
        restoreBackup({ ...context, args: [await makeSmallBackup()] }, { replace: true, yes: true }),
    ),
    { ...writes("db:adopt", current, (context) => adopt(context, {}, origins)), base: "unrecorded" },
    { ...reads("db:adopt --check", (context) => adopt(context, { check: true }, origins)), base: "unrecorded" },
    { ...reads("db:rehearse", (context) => rehearseDeploy(context, {})), root: ahead },
    reads("db:explain", (context) => explain({ ...context, args: ["SELECT count(*) FROM questions"] }, {})),
    { ...reads("db:doctor", (context) => examineHealth(context, {})), root: examined },
    reads("db:stats", (context) => showStatistics(context)),
    reads("db:backup", (context) => backup({ ...context, args: [makeFolder()] }, {})),
    reads("db:status", showStatus),
    reads("db:verify", showVerification),
    reads("db:export", (context) =>
        exportTables({ ...context, args: ["exported"] }, { force: true }, bundled, exportForms),
    ),
];

function writes(name: string, root: () => string, run: Tried["run"]): Tried {
    return { name, writes: true, base: "deployed", root, run };
}

function reads(name: string, run: Tried["run"]): Tried {
    return { name, writes: false, base: "deployed", root: current, run };
}
