import type { Query } from "../../database/connection.ts";
import { tokenize } from "../../sql/lexer.ts";
import { quoteText } from "../../sql/quoting.ts";

/** A value of the database on one line, without control characters and what turns the direction of text. */
export function printable(value: unknown): string {
    return String(value)
        .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
        .trim();
}

/** A statement with its values in their places, for reading or for running by hand. */
export function renderBound({ sql, args = [] }: Query): string {
    const values = args.map((value) =>
        value === null || typeof value === "number" || typeof value === "bigint"
            ? String(value ?? "NULL")
            : quoteText(String(value)),
    );
    const texts = tokenize(sql).map(({ kind, text }) =>
        kind === "parameter" ? (values[Number(text.slice(1)) - 1] ?? text) : text,
    );
    return `${texts.join("").trimEnd().replace(/;$/, "")};\n`;
}
