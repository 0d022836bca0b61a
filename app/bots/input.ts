import { AppError } from "../../src/errors.ts";
import type { QuestionOptions } from "./questions.ts";

/**
 * The options of bot:question, where they are not given, from INPUT_CHANNEL, INPUT_DIFFICULTY and INPUT_LIMIT, as a workflow
 * that is started by hand sets them.
 *
 * @throws AppError `usage`
 */
export function readQuestionInput(
    { limit, ...options }: QuestionOptions & { readonly limit?: number },
    environment: Readonly<Record<string, string | undefined>> = process.env,
): QuestionOptions {
    // An input that nobody filled in is set to an empty text.
    const [channel, difficulty, most] = ["CHANNEL", "DIFFICULTY", "LIMIT"].map(
        (name) => environment[`INPUT_${name}`]?.trim() || undefined,
    );
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
