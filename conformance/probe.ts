import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { confirmRemote } from "../src/cli/confirm.ts";
import { openForWriting, withConnection } from "../src/cli/open.ts";
import type { Context } from "../src/cli/program.ts";
import { countOf } from "../src/cli/report.ts";
import { type Config, readConfig } from "../src/cli/settings.ts";
import type { Connection } from "../src/database/connection.ts";
import type { FaultKind } from "../src/database/fault-sentences.ts";
import { DatabaseFault, explainFault, toFault } from "../src/database/faults.ts";
import { openConnection } from "../src/database/open.ts";
import { AppError, type ExitCode, exitCodes } from "../src/errors.ts";
import { quoteName } from "../src/sql/quoting.ts";
import { assumptions } from "./all.ts";
import { type Assumption, Contradiction, type Lab, openLab, tracePrefix } from "./assumption.ts";

export interface ProbeOptions {
    readonly dryRun?: boolean;
    readonly yes?: boolean;
}

/** The result for one assumption. */
interface Finding {
    readonly name: string;
    readonly why: string;
    readonly verdict: "holds" | "does not hold" | "not tried";
    /** Why it does not hold or was not tested. */
    readonly reason: string | null;
}

/** Faults that say nothing about an assumption, because the database cannot be used at all. */
const fatal: ReadonlySet<FaultKind> = new Set([
    "unreachable",
    "unauthorized",
    "forbidden",
    "not-found",
    "blocked",
    "disk-full",
    "read-only-file",
    "interrupted",
]);

/**
 * db:probe: tests every assumption on an empty database and leaves it empty. Exit code 1 when one does not hold.
 *
 * @throws AppError `usage` for a database that is not empty
 */
export async function probe(context: Context, options: ProbeOptions): Promise<ExitCode> {
    const { output } = context;
    if (options.dryRun) return list(context);
    const { target } = await readConfig("write", context.root);
    const isNewFile = target.kind === "file" && !existsSync(target.path);
    const { config, connection } = await openForWriting(context);
    try {
        return await withConnection(connection, async () => {
            await refuseUsed(connection);
            await confirmRemote(context, config.target, options.yes);
            const findings = await tryAll(context, config, connection);
            const broken = findings.filter(({ verdict }) => verdict === "does not hold");
            output.line();
            output.line(conclude(findings, broken.length));
            output.document({ database: config.target.label, holds: broken.length === 0, findings });
            return broken.length === 0 ? exitCodes.done : exitCodes.failed;
        });
    } finally {
        if (isNewFile) {
            const paths = ["", "-journal", "-wal", "-shm"].map((end) => `${target.path}${end}`);
            await Promise.all(paths.map((path) => rm(path, { force: true })));
        }
    }
}

function list({ output }: Context): ExitCode {
    for (const { name, why } of assumptions) {
        output.line(name);
        output.line(`    because ${why}`);
    }
    output.line();
    output.line(`Dry run: ${countOf(assumptions.length, "assumption")} would be tried; nothing was.`);
    output.document({ assumptions: assumptions.map(({ name, why }) => ({ name, why })) });
    return exitCodes.done;
}

async function tryAll(context: Context, config: Config, connection: Connection): Promise<Finding[]> {
    const readOnly = await openReadOnly(context, config);
    const lab = openLab(connection, readOnly);
    const findings: Finding[] = [];
    try {
        for (const assumption of assumptions) {
            // Each begins with an empty database, even after a killed probe.
            await removeTraces(config);
            const finding = await tryOne(assumption, lab);
            if (context.signal.aborted) throw new DatabaseFault("interrupted", "interrupted");
            findings.push(finding);
            print(context, finding);
        }
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        await removeTraces(config);
        throw explainFault(error, config.target).withOutcome("The probe was interrupted. Its objects were removed.");
    } finally {
        readOnly?.close();
    }
    await removeTraces(config);
    return findings;
}

async function tryOne({ name, why, skip, attempt }: Assumption, lab: Lab): Promise<Finding> {
    const obstacle = skip?.(lab);
    if (obstacle !== undefined) return { name, why, verdict: "not tried", reason: obstacle };
    try {
        await attempt(lab);
        return { name, why, verdict: "holds", reason: null };
    } catch (error) {
        if (error instanceof Contradiction) return { name, why, verdict: "does not hold", reason: error.message };
        const fault = toFault(error);
        if (fatal.has(fault.kind)) throw fault;
        return { name, why, verdict: "does not hold", reason: fault.message };
    }
}

function print({ output }: Context, { name, why, verdict, reason }: Finding): void {
    output.line(`${verdict.padEnd("does not hold".length)}  ${name}`);
    if (verdict === "does not hold") output.line(`    it matters because ${why}`);
    if (reason !== null) output.line(`    ${reason}`);
}

function conclude(findings: readonly Finding[], broken: number): string {
    const skipped = findings.filter(({ verdict }) => verdict === "not tried").length;
    const tried = findings.length - skipped;
    const rest = `${skipped === 0 ? "" : ` ${skipped} could not be tried here.`} The database is empty again.`;
    if (broken === 0) return `All ${countOf(tried, "assumption")} that were tried hold.${rest}`;
    return `${broken} of ${countOf(tried, "assumption")} ${broken === 1 ? "does" : "do"} not hold.${rest}`;
}

// Objects of a killed probe are allowed: this one removes them.
async function refuseUsed(connection: Connection): Promise<void> {
    const names = (await readObjects(connection)).map(({ name }) => name);
    const foreign = names.filter((name) => !name.startsWith(tracePrefix));
    if (foreign.length === 0) return;
    const shown = foreign.slice(0, 3).join(", ");
    throw new AppError(
        "usage",
        `${connection.target.label} is not empty: it has ${shown}${foreign.length > 3 ? ", …" : ""}`,
        {
            hint:
                connection.target.kind === "file"
                    ? "name a file that does not exist: `TURSO_DATABASE_URL=file:probe.db pnpm db:probe`"
                    : "create a scratch database with `turso db create probe`, and set TURSO_DATABASE_URL and the token to it",
            outcome: "Nothing was tried.",
        },
    );
}

// Uses a new connection, because the other one may be interrupted or broken.
async function removeTraces({ target }: Config): Promise<void> {
    const connection = await openConnection(target);
    try {
        const traces = (await readObjects(connection)).filter(({ name }) => name.startsWith(tracePrefix));
        if (traces.length === 0) return;
        const drops = ["trigger", "view", "table"].flatMap((type) =>
            traces
                .filter((trace) => trace.type === type)
                .map(({ name }) => ({ sql: `DROP ${type.toUpperCase()} IF EXISTS ${quoteName(name)}` })),
        );
        await connection.runScript(drops, { foreignKeysOff: true });
    } catch (error) {
        throw new AppError(
            "server-fault",
            `the objects of the probe could not be removed (${toFault(error).message})`,
            {
                hint: `run the probe again on this database, or drop the objects that begin with '${tracePrefix}'`,
            },
        );
    } finally {
        connection.close();
    }
}

async function readObjects(connection: Connection): Promise<{ type: string; name: string }[]> {
    const sql =
        "SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL " +
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY rowid";
    const [result] = await connection.readAll([{ sql }]);
    if (!result?.ok) throw new AppError("sql", `the schema cannot be read: ${result?.message ?? "no result"}`);
    return result.rows.map((row) => ({ type: String(row.type), name: String(row.name) }));
}

async function openReadOnly(context: Context, { target }: Config): Promise<Connection | undefined> {
    const other = (await readConfig("read", context.root)).target;
    if (target.kind !== "server" || other.kind !== "server") return undefined;
    if (other.url !== target.url || other.authToken === undefined || other.authToken === target.authToken)
        return undefined;
    context.output.hide(other.authToken);
    return openConnection(other);
}
