import type { Connection } from "../../database/connection.ts";
import { readToken } from "../../database/token.ts";
import { verifySchema } from "../../drift/verify.ts";
import { AppError } from "../../errors.ts";
import type { Plan } from "../../planning/plan.ts";
import { readAll } from "../../planning/prepare.ts";
import { isDrift, listCompared } from "../../schema/compare.ts";
import { readFact } from "../../sql/statement-facts.ts";
import { printDifferences } from "../differences.ts";
import { type PushOptions, toDeploy } from "../options.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { push } from "./push.ts";

/** db:push:schema: db:push with checks before it and a verification after it. */
export async function pushSchema(context: Context, options: PushOptions): Promise<void> {
    const { output } = context;
    const check = (what: string): void => output.field("Checked", what);
    await push(context, options, {
        // Settings, the token's expiry and its access are checked while opening.
        opened: (connection) => {
            check(`settings: ${connection.target.label}`);
            check(describeToken(connection));
        },
        prepared: async (connection, { plan }) => {
            check("reachable, and the files agree with the applied migrations");
            if (!options.dryRun && !options.showSql) {
                await tryToWrite(connection);
                check("writable (created a table and rolled back)");
            }
            output.line();
            printObjects(output, plan);
        },
        deployed: (connection) => verifyResult(context, connection, options),
    });
}

async function tryToWrite(connection: Connection): Promise<void> {
    const tried = await connection.tryOut([{ sql: "CREATE TABLE turso_write_check (n INTEGER)" }]);
    if (tried.failedIndex === undefined) return;
    throw new AppError("forbidden", `${connection.target.label} refuses a write: ${tried.message}`, {
        hint: "use a read-write token, and check that the database accepts writes",
        outcome: "Nothing was applied.",
    });
}

function describeToken({ target }: Connection): string {
    if (target.kind === "file") return "no token needed: an embedded database";
    if (target.authToken === undefined) return "no token set; the server must not require one";
    const token = readToken(target.authToken);
    if (!token) return "token: set, but not a JWT; only the server knows what it allows";
    const access = token.readOnly ? "read-only" : "read-write";
    return `token: ${access}, ${token.expiresAt ? `expires ${token.expiresAt.toISOString()}` : "does not expire"}`;
}

function printObjects(output: Output, plan: Plan): void {
    const rows = plan.steps.flatMap((step) =>
        step.actions.flatMap((action) => {
            if (action.does === "drop-object") return [["drop", action.type, action.name]];
            if (action.does === "drop-index") return [["drop", "index", action.name]];
            if (action.does === "create-index") return [["create", "index", action.name]];
            if (action.does === "create-object") return [["create", action.object.type, action.object.name]];
            return action.statements.flatMap((statement) => {
                const fact = readFact(statement);
                if (fact.does === "create" || fact.does === "drop") return [[fact.does, fact.type, fact.name]];
                if (fact.does === "alter") return [["alter", "table", fact.table]];
                if (fact.does === "rename-table") return [["rename", "table", `${fact.table} to ${fact.to}`]];
                return fact.does === "write" ? [["write", "rows of", fact.table]] : [];
            });
        }),
    );
    output.table(rows);
    if (rows.length > 0) output.line();
}

async function verifyResult({ root, output }: Context, connection: Connection, options: PushOptions): Promise<void> {
    const choice = toDeploy(options, () => undefined);
    const { sets, state } = await readAll(root, connection, choice).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        throw error.withOutcome("The schema was deployed, but could not be compared: run `pnpm db:verify`.");
    });
    const differences = await verifySchema(sets, state);
    const drifted = differences.filter(isDrift);
    if (drifted.length === 0) {
        output.field("Verified", `${listCompared(differences).length} objects match the files`);
        output.line("Next: `pnpm db:migrate` loads the seeds, `pnpm db:status` shows every file.");
        return;
    }
    printDifferences(output, drifted);
    throw new AppError("drift", "the schema was deployed, but differs from the files", {
        hint: "it may have been changed by hand; `pnpm db:verify` shows the differences",
    });
}
