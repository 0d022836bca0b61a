import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { decodeText } from "../text/decode.ts";
import { describeReadError, findObstacle } from "../text/obstacle.ts";

/** The instructions for a model, as a file. */
export interface Prompt {
    readonly name: string;
    /** Counts up with each change, and is recorded beside what the model wrote. */
    readonly version: number;
    readonly text: string;
}

/**
 * Reads `<name>.md`, whose first line is `<!-- version 1 -->`.
 *
 * @throws AppError `invalid-files` for a file that is missing, has no version, or no text
 */
export async function readPrompt(folder: string, name: string): Promise<Prompt> {
    const path = join(folder, `${name}.md`);
    const refuse = (why: string): never => {
        const hint = "restore the file with `git restore`";
        throw new AppError("invalid-files", `the prompt '${name}' cannot be read: ${path}: ${why}`, { hint });
    };
    const obstacle = findObstacle(path);
    if (obstacle !== undefined) refuse(obstacle);
    const bytes = await readFile(path).catch((error: unknown) => refuse(describeReadError(error)));
    const content = decodeText(bytes, path);
    const [, version, text = ""] = /^<!-- version ([1-9]\d*) -->\r?\n([\s\S]*)$/.exec(content) ?? [];
    if (version === undefined || text.trim() === "") {
        const problem = version === undefined ? "has no version" : "has no text";
        throw new AppError("invalid-files", `the prompt '${name}' ${problem}: ${path}:1`, {
            hint: "begin the file with the line `<!-- version 1 -->`, and write the instructions below it",
        });
    }
    return { name, version: Number(version), text: text.trim() };
}
