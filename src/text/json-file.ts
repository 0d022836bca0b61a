import { join } from "node:path";
import { AppError } from "../errors.ts";
import { readText } from "./decode.ts";
import { findObstacle, noSuchFile } from "./obstacle.ts";

/**
 * Reads the object in a JSON file of the project, such as package.json; undefined where there is no such file.
 *
 * @param path relative to `root`
 * @throws AppError `invalid-files` when it cannot be read, is not UTF-8, or holds anything else
 */
export async function readJsonFile(root: string, path: string): Promise<Record<string, unknown> | undefined> {
    if (findObstacle(join(root, path)) === noSuchFile) return undefined;
    const text = await readText(root, path);
    const value = parse(text.replace(/^\uFEFF/, ""));
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
    const why = typeof value === "string" ? value : "it holds no object";
    throw new AppError("invalid-files", `${path} cannot be read: ${why}`, { hint: `correct ${path}` });
}

// Returns the reason as a text where it is not JSON.
function parse(text: string): unknown {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "string" ? undefined : value;
    } catch (error) {
        return `it is not JSON (${error instanceof Error ? error.message.split("\n")[0] : error})`;
    }
}
