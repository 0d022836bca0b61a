import { readChosenModel } from "../../src/cli/bots/model.ts";
import type { Context } from "../../src/cli/program.ts";
import { countOf } from "../../src/cli/report.ts";
import { AppError, type ErrorCode, type ExitCode, exitCodes } from "../../src/errors.ts";
import { reconcileQuestions } from "./duplicates/reconcile.ts";
import { processJobs } from "./processing/processor.ts";
import { prepareSessions } from "./sessions/sessions.ts";
import { verifyQuestions } from "./verifying/verifier.ts";
import { writeQuestions } from "./writing/questions.ts";

export interface AllOptions {
    readonly dryRun?: boolean;
    readonly yes?: boolean;
}

interface Step {
    readonly name: string;
    readonly needsModel?: boolean;
    readonly run: (context: Context, options: AllOptions) => Promise<ExitCode>;
}

const steps: readonly Step[] = [
    { name: "bot:creator", needsModel: true, run: (context, options) => writeQuestions(context, "creator", options) },
    { name: "bot:verifier", run: verifyQuestions },
    { name: "bot:processor", run: processJobs },
    { name: "bot:sessions", run: prepareSessions },
    {
        name: "bot:reconcile:dry",
        run: (context, options) => reconcileQuestions(context, { ...options, dryRun: true }),
    },
];

interface StepResult {
    readonly bot: string;
    /** Undefined where it did not run. */
    readonly exitCode: ExitCode | undefined;
    readonly outcome: string;
    /** The JSON document that it would have printed. */
    readonly document?: unknown;
}

const outcomes: Readonly<Record<number, string>> = {
    [exitCodes.done]: "done",
    [exitCodes.failed]: "failed",
    [exitCodes.usage]: "refused",
    [exitCodes.pending]: "done, but jobs wait for a model",
    [exitCodes.interrupted]: "interrupted",
};

/** From the best to the worst; any other is as bad as the wrong usage. */
const severity: readonly ExitCode[] = [
    ...[exitCodes.done, exitCodes.pending, exitCodes.usage, exitCodes.failed, exitCodes.interrupted],
];

/** What one bot may meet and the next one not; what the settings or the database refuse to one, they refuse to all. */
const ownFaults: readonly ErrorCode[] = ["model-failed", "encoder-failed", "sandbox-failed"];

/**
 * bot:all: runs the bots one after the other, each as a run of its own. A run that fails, by its model for instance, does not
 * keep the others from running; a database that cannot be used does. Gives the worst of their exit codes.
 */
export async function runAllBots(context: Context, options: AllOptions): Promise<ExitCode> {
    const { output, signal } = context;
    const hasModel = (await readChosenModel(context)) !== undefined;
    const results: StepResult[] = [];
    let isRefused = false;
    for (const { name, needsModel = false, run } of steps) {
        if (isRefused || signal.aborted) {
            results.push({ bot: name, exitCode: undefined, outcome: "not run" });
        } else if (needsModel && !hasModel) {
            results.push({ bot: name, exitCode: undefined, outcome: "skipped: no model is configured" });
        } else {
            output.line();
            output.line(`${name}:`);
            const { error, ...result } = await runStep(context, name, (own) => run(own, options));
            results.push(result);
            // A database without a channel has nothing for the creator, and may have jobs for the others.
            const isOwn = error && (ownFaults.includes(error.code) || (needsModel && error.code === "usage"));
            isRefused = error !== undefined && !isOwn;
        }
    }
    const codes = results.flatMap(({ exitCode }) => exitCode ?? []);
    if (signal.aborted) codes.push(exitCodes.interrupted);
    const [exitCode = exitCodes.done] = codes.sort((one, other) => rank(other) - rank(one));
    output.line();
    output.table(results.map(({ bot, outcome }) => [bot, outcome]));
    const ran = results.filter((result) => result.exitCode !== undefined).length;
    output.line(`Ran ${countOf(ran, "bot")} of ${steps.length}; the exit code is ${exitCode}.`);
    output.document({ bots: results, exitCode, milliseconds: Math.round(context.elapsed()) });
    return exitCode;
}

async function runStep(
    context: Context,
    bot: string,
    run: (context: Context) => Promise<ExitCode>,
): Promise<StepResult & { readonly error?: AppError }> {
    let document: unknown;
    const output = {
        ...context.output,
        // There is one for all of them.
        document: (value: unknown): void => {
            document = value;
        },
    };
    try {
        const exitCode = await run({ ...context, output });
        return { bot, exitCode, outcome: outcomes[exitCode] ?? "failed", document };
    } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const { exitCode, code, message, hint = null } = error;
        // Under --json it prints a document.
        if (!output.json) output.error(error);
        const outcome = `${outcomes[exitCode] ?? "failed"}: ${message}`;
        return { bot, exitCode, outcome, document: { error: { code, message, hint } }, error };
    }
}

function rank(code: ExitCode): number {
    return severity.includes(code) ? severity.indexOf(code) : severity.indexOf(exitCodes.usage);
}
