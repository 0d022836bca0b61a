import type { z } from "zod";
import { readStrictJson } from "./json.ts";
import { renderAnswerSchema } from "./schema.ts";

export interface Message {
    readonly role: "system" | "user" | "assistant";
    readonly content: string;
}

/** How a server can be asked for JSON, the strictest first. */
export const modes = ["json_schema", "json_object", "text"] as const;

/** An answer that fits its schema, or what is wrong with it. */
export type AnswerReading<T> = { readonly value: T } | { readonly problem: string };

/** What is asked, as far as the request shows it. */
export interface Asked {
    readonly schema: z.ZodType;
    readonly name: string;
    readonly system: string;
    readonly user: string;
}

/** Renders the body of a request. Only `json_schema` tells the server the schema; the others tell it the model. */
export function renderRequest(
    model: string,
    { schema, name, system, user }: Asked,
    mode: number,
    more: readonly Message[],
): object {
    const kind = modes[mode];
    const jsonSchema = renderAnswerSchema(schema);
    const form =
        kind === "text" ? "in a block that begins with ```json and ends with ```" : "and nothing before or after it";
    const told = `\n\nAnswer with one JSON object, ${form}. It must fit the schema '${name}':\n${JSON.stringify(jsonSchema)}`;
    return {
        model,
        messages: [
            { role: "system", content: kind === "json_schema" ? system : system + told },
            { role: "user", content: user },
            ...more,
        ],
        ...(kind === "json_schema"
            ? { response_format: { type: kind, json_schema: { name, strict: true, schema: jsonSchema } } }
            : kind === "json_object"
              ? { response_format: { type: kind } }
              : {}),
    };
}

/** Renders the turn that asks for a correction. Shows the schema, because some servers accept one and ignore it. */
export function renderRepair(answer: string, problem: string, schema: z.ZodType): Message[] {
    const wanted = JSON.stringify(renderAnswerSchema(schema));
    return [
        { role: "assistant", content: answer.toWellFormed().replaceAll("\0", "") },
        {
            role: "user",
            content: `This answer cannot be used: ${problem}\nAnswer again, in full and corrected, with one JSON object of this schema:\n${wanted}`,
        },
    ];
}

/** Reads the JSON object of an answer, which may stand in a fenced block, and validates it. */
export function readAnswer<T>(content: string, schema: z.ZodType<T>): AnswerReading<T> {
    const fenced = /^```\w*[ \t]*\r?\n([\s\S]*)\r?\n```/m.exec(content)?.[1];
    const read = readStrictJson(content.startsWith("{") ? content : (fenced ?? content));
    if ("problem" in read) return read;
    const result = schema.safeParse(read.value);
    return result.success ? { value: result.data } : { problem: describeIssues(result.error) };
}

function describeIssues({ issues }: z.ZodError): string {
    return issues
        .slice(0, 20)
        .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
        .join("; ");
}
