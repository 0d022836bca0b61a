import { z } from "zod";

type Schema = Readonly<Record<string, unknown>>;

/** What every server with strict schemas knows. Lengths, patterns and ranges are left to the check of the answer. */
const kept = ["type", "enum", "const", "description"];

/**
 * Renders the JSON schema that is sent for an answer: every field is required, no other is allowed.
 *
 * @param schema strict objects, whose fields may be nullable but not optional
 */
export function renderAnswerSchema(schema: z.ZodType): Schema {
    return reduce(z.toJSONSchema(schema, { io: "input" }) as Schema);
}

function reduce(schema: Schema): Schema {
    const { properties, items, anyOf } = schema as { properties?: Schema; items?: Schema; anyOf?: readonly Schema[] };
    return {
        ...Object.fromEntries(Object.entries(schema).filter(([name]) => kept.includes(name))),
        ...(items ? { items: reduce(items) } : {}),
        ...(anyOf ? { anyOf: anyOf.map(reduce) } : {}),
        ...(properties
            ? {
                  properties: Object.fromEntries(
                      Object.entries(properties).map(([name, property]) => [name, reduce(property as Schema)]),
                  ),
                  required: Object.keys(properties),
                  additionalProperties: false,
              }
            : {}),
    };
}
