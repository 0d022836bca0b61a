import { isKeyword } from "../lexer.ts";
import { readFact } from "../statement-facts.ts";
import type { Statement } from "../statements.ts";
import type { Refuse } from "./problems.ts";

/** Refuses a statement that does anything but read. */
export function requireQuery(statement: Statement, refuse: Refuse): void {
    const first = statement.tokens[0];
    const isQuery = isKeyword(first, "SELECT") || isKeyword(first, "WITH");
    if (!isQuery || readFact(statement).does !== "other") refuse(statement.line, "is no query", "write a SELECT");
}

/**
 * Refuses every parameter of a statement that gets no value.
 *
 * @param given the parameters that get one, such as `:now`
 */
export function requireValues(
    { tokens }: Statement,
    given: readonly string[],
    refuse: Refuse,
    remedy = given.length === 0 ? "write the value itself" : `use no other than ${given.join(", ")}`,
): void {
    for (const { kind, text, line } of tokens) {
        if (kind === "parameter" && !given.includes(text)) refuse(line, `nothing gives '${text}' a value`, remedy);
    }
}
