import { describePending } from "../../cli/commands/status.ts";
import { describeSchema } from "../../cli/report.ts";
import type { Status } from "../../drift/status.ts";

/** The answer that the first screen begins with. */
interface Finding {
    readonly mark: "ok" | "warn" | "bad" | "off";
    readonly title: string;
    readonly lead: string;
    /** The next command. */
    readonly command?: string;
}

/** What the state means, and what to do next. Pure. */
export function judgeState(status: Status, drifted: number, isMissing: boolean): Finding {
    const { newer, problems, version, entries } = status;
    if (isMissing)
        return {
            mark: "off",
            title: "There is no database yet",
            lead: "Create it with the bundled data; then reload this page.",
            command: "pnpm db:migrate",
        };
    if (newer) {
        const lead = `${newer.message}. ${newer.hint ?? ""}`;
        return { mark: "bad", title: "The database is newer than this checkout", lead, command: "git pull" };
    }
    if (problems.length > 0) {
        const lead = problems.map(({ path, message, remedy }) => `${path}: ${message}. ${remedy}`).join(" ");
        return { mark: "bad", title: "The files and the database disagree", lead };
    }
    const pending = entries.filter(({ isDone }) => !isDone).length;
    if (version === 0) {
        const isForeign = status.schema.length > 0;
        return {
            mark: "warn",
            title: isForeign ? "This database was not deployed by these files" : "The database is empty",
            lead: describePending(status),
            command: isForeign ? "pnpm db:adopt --check" : "pnpm db:migrate",
        };
    }
    const drift = drifted === 0 ? "no drift" : `${drifted} ${drifted === 1 ? "object differs" : "objects differ"}`;
    if (pending > 0) {
        const lead = `${describePending(status)} ${drifted === 0 ? "Nothing has drifted." : `Drift: ${drift}.`}`;
        return { mark: "warn", title: `${pending} to deploy, ${drift}`, lead, command: "pnpm db:migrate --dry-run" };
    }
    if (drifted > 0)
        return {
            mark: "warn",
            title: `Up to date, but ${drift} from the files`,
            lead: "Somebody changed the schema by hand. See the difference, then write it into the files or take it back.",
            command: "pnpm db:verify",
        };
    return {
        mark: "ok",
        title: "Up to date, no drift",
        lead: `All ${entries.filter(({ kind }) => kind === "migration").length} migrations are applied: ${describeSchema(status)}, as the files define them.`,
    };
}
