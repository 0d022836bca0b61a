import { readInputs } from "../../../src/cli/settings.ts";
import { AppError } from "../../../src/errors.ts";
import type { QuestionOptions } from "./questions.ts";

/**
 * The options of bot:question, where they are not given, from INPUT_CHANNEL, INPUT_DIFFICULTY and INPUT_LIMIT, as a workflow
 * that is started by hand sets them.
 *
 * @throws AppError `usage`
 */
export function readQuestionInput(
    { limit, ...options }: QuestionOptions & { readonly limit?: number },
    environment?: Readonly<Record<string, string | undefined>>,
): QuestionOptions {
    const [channel, difficulty, most] = readInputs(["CHANNEL", "DIFFICULTY", "LIMIT"], environment);
    const count = options.count ?? limit ?? (most === undefined ? undefined : Number(most));
    if (count !== undefined && !Number.isInteger(count)) {
        throw new AppError("usage", `INPUT_LIMIT is '${most}'`, { hint: "set it to a number, such as 2" });
    }
    return {
        ...options,
        channel: options.channel ?? channel,
        difficulty: options.difficulty ?? difficulty,
        count,
    };
}
