import { describePending } from "../../cli/commands/status.ts";
import { countOf, describeSchema } from "../../cli/report.ts";
import type { Status } from "../../drift/status.ts";
import type { ObjectDifference } from "../../schema/compare.ts";

/** The answer that the first screen begins with. */
interface Finding {
    readonly mark: "ok" | "warn" | "bad" | "off";
    readonly title: string;
    readonly lead: string;
    /** The next command. */
    readonly command?: string;
}

/** What the state means, and what to do next. Pure. */
export function judgeState(status: Status, drifted: readonly ObjectDifference[], isMissing: boolean): Finding {
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
    const drift = drifted.length === 0 ? "no drift" : countOf(drifted.length, "object differs", "objects differ");
    if (pending > 0) {
        const lead = `${describePending(status)} ${drifted.length === 0 ? "Nothing has drifted." : `Drift: ${drift}.`}`;
        return { mark: "warn", title: `${pending} to deploy, ${drift}`, lead, command: "pnpm db:migrate --dry-run" };
    }
    if (drifted.length > 0)
        return {
            mark: "warn",
            title: `Up to date, but ${drift} from the files`,
            lead: `${nameDrifted(drifted)} Where the files are right, pnpm db:push restores a view or trigger, and a table or index needs a migration or the change undone. Where the database is right, the command writes the files after it; with --dry-run it only lists them.`,
            command: "pnpm db:verify --write-files --dry-run",
        };
    return {
        mark: "ok",
        title: "Up to date, no drift",
        lead: `All ${entries.filter(({ kind }) => kind === "migration").length} migrations are applied: ${describeSchema(status)}, as the files define them.`,
    };
}

const mostNamed = 5;

// As the commands name the states: changed, missing, unexpected.
function nameDrifted(drifted: readonly ObjectDifference[]): string {
    const named = drifted.slice(0, mostNamed).map(({ type, name, state }) => `${type} ${name} (${state})`);
    const more = drifted.length - named.length;
    return `Not as in the files: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}; the lines are below.`;
}
