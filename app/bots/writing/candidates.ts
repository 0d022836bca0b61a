import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { AppError } from "../../../src/errors.ts";
import { decodeText } from "../../../src/text/decode.ts";
import { findRepeatedKey, parseJson } from "../../../src/text/json.ts";
import { describeReadError, findObstacle } from "../../../src/text/obstacle.ts";
import type { NewQuestion } from "./saving.ts";

const list = z.array(z.string());
const candidateShape = z.strictObject({
    question: z.string(),
    answer: z.string(),
    explanation: z.string(),
    channel: z.string(),
    subChannel: z.string().default(""),
    difficulty: z.string(),
    tags: list,
    companies: list.default([]),
    diagram: z
        .string()
        .nullish()
        .transform((value) => value ?? null),
    voiceSuitable: z.boolean().default(false),
    voiceKeywords: list.nullish().transform((value) => value ?? null),
});

/**
 * Reads questions that a person wrote, for `--from`: a JSON array, one object, or one object a line; `-` is standard input.
 *
 * @throws AppError `invalid-input` with the place of what is not such a question
 */
export async function readCandidates(path: string): Promise<readonly NewQuestion[]> {
    const name = path === "-" ? "standard input" : path;
    const refuse = (cause: unknown): never => {
        const why = typeof cause === "string" ? cause : describeReadError(cause);
        const hint = "name a file, or `-` for standard input";
        throw new AppError("usage", `${path} cannot be read: ${why}`, { hint, outcome: "Nothing was saved." });
    };
    // Opening a pipe would wait for its writer, and hear no Ctrl-C.
    const obstacle = path === "-" ? undefined : findObstacle(path);
    if (obstacle !== undefined) refuse(obstacle);
    const bytes = await (path === "-" ? buffer(process.stdin) : readFile(path)).catch(refuse);
    const content = decodeText(bytes, name, "Nothing was saved.").replace(/^\uFEFF/, "");
    return parseRecords(content, path).map((record, at) => {
        const repeated = findRepeatedKey(record);
        if (repeated !== undefined) {
            throw new AppError("invalid-input", `${path}: question ${at + 1}: the key '${repeated}' is there twice`, {
                hint: "remove one of them; nothing was saved",
            });
        }
        const candidate = candidateShape.safeParse(record);
        if (candidate.success) return candidate.data;
        const [issue] = candidate.error.issues;
        throw new AppError(
            "invalid-input",
            `${path}: question ${at + 1}: ${issue?.path.join(".")}: ${issue?.message}`,
            {
                hint: "docs/reference/bots.md has an example; nothing was saved",
            },
        );
    });
}

function parseRecords(content: string, path: string): unknown[] {
    try {
        const value = parseJson(content);
        return Array.isArray(value) ? value : [value];
    } catch (whole) {
        const [first = ""] = content.split(/\r?\n/).filter((line) => line.trim() !== "");
        if (!isJson(first)) {
            const reason = whole instanceof Error ? whole.message : String(whole);
            throw new AppError("invalid-input", `${path} is not JSON: ${reason}`, {
                hint: "write a JSON array, one object, or one object a line",
                cause: whole,
            });
        }
        return content.split(/\r?\n/).flatMap((line, at) => {
            if (line.trim() === "") return [];
            try {
                return [parseJson(line)];
            } catch (cause) {
                throw new AppError("invalid-input", `${path}:${at + 1}: is not JSON`, {
                    hint: "write a JSON array, one object, or one object a line",
                    cause,
                });
            }
        });
    }
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
