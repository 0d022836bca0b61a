import { fileURLToPath } from "node:url";
import { openExisting, withConnection } from "../../../src/cli/open.ts";
import type { Context } from "../../../src/cli/program.ts";
import { type ExitCode, exitCodes } from "../../../src/errors.ts";
import { readPrompt } from "../../../src/model/prompts.ts";
import { promptsFolder } from "../answers/requests.ts";
import { type BotStore, openStore } from "../store.ts";

export interface DescribeOptions {
    /** Print what would be sent to the model, instead of a sentence. */
    readonly printPrompt?: boolean | undefined;
}

/** What a bot would ask a model. */
export interface Described {
    readonly user: string;
    /** `1 question in database` */
    readonly what: string;
}

/** Says what a bot would ask for, or prints it word for word on stdout; asks no model and writes nothing. */
export async function describeRequest(
    context: Context,
    { printPrompt = false }: DescribeOptions,
    prompt: string,
    describe: (store: BotStore) => Promise<Described>,
): Promise<ExitCode> {
    // The lines of the command go to stderr: stdout is what would be sent.
    if (printPrompt) context.output.divert();
    const connection = await openExisting(context, "read");
    return withConnection(connection, async () => {
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const { user, what } = await describe(store);
        if (printPrompt) {
            const { text } = await readPrompt(fileURLToPath(promptsFolder), prompt);
            context.output.raw(`${text}\n\n${user}\n`);
            return exitCodes.done;
        }
        context.output.line(`Would ask for ${what}.`);
        context.output.line("Nothing was written, and no model was asked.");
        context.output.document({ database: connection.target.label, dryRun: true, what });
        return exitCodes.done;
    });
}
