import { readFileSync } from "node:fs";

/** One shape of statement that the application or a bot sends, as facts: which columns, not which values. */
export interface AccessPattern {
    /** How often the shape occurs in the code of the application. */
    n: number;
    verb: "SELECT" | "INSERT" | "UPDATE" | "DELETE";
    /** The table; where an INSERT reads another one, that one comes second. */
    tables: string[];
    /** Columns compared with `=`; "1" stands for a WHERE that begins with 1 = 1 and grows by optional filters. */
    eq?: string[];
    ne?: string[];
    null?: string[];
    /** Columns searched for a word; several of them in one pattern are alternatives. */
    like?: string[];
    inlist?: string[];
    group?: string[];
    order?: string[];
    limit?: boolean;
    aggregate?: boolean;
    /** Columns set by an UPDATE. */
    sets?: string[];
    /** Columns named by an INSERT. */
    columns?: string[];
    conflict?: "replace";
}

/** Reads the sample of what the application asks of the database. */
export function readAccessPatterns(): AccessPattern[] {
    return JSON.parse(readFileSync(new URL("./access-patterns.json", import.meta.url), "utf8")) as AccessPattern[];
}

/** Gives the statement that the application would send for a pattern, with a `?` for each value. */
export function renderPattern(pattern: AccessPattern): string {
    switch (pattern.verb) {
        case "SELECT":
            return renderSelect(pattern);
        case "INSERT":
            return renderInsert(pattern);
        case "UPDATE":
            return `UPDATE ${table(pattern)} SET ${(pattern.sets ?? []).map((column) => `${column} = ?`).join(", ")}${where(pattern)}`;
        case "DELETE":
            return `DELETE FROM ${table(pattern)}${where(pattern)}`;
    }
}

function renderSelect(pattern: AccessPattern): string {
    const group = pattern.group ?? [];
    const order = pattern.order ?? [];
    // An order by something that is no column is an order by the count, under the name that the application gave it.
    const count = order.find((term) => /count/.test(term))?.split(" ")[0] ?? "total";
    const columns = pattern.aggregate ? [...group, `count(*) AS ${count}`].join(", ") : "*";
    return [
        `SELECT ${columns} FROM ${table(pattern)}${where(pattern)}`,
        group.length > 0 ? ` GROUP BY ${group.join(", ")}` : "",
        order.length > 0 ? ` ORDER BY ${order.join(", ")}` : "",
        pattern.limit ? " LIMIT ?" : "",
    ].join("");
}

function renderInsert(pattern: AccessPattern): string {
    const columns = pattern.columns ?? [];
    const [target, source] = pattern.tables;
    if (source !== undefined) {
        // The first event of every question that has no history yet.
        return (
            `INSERT INTO ${target} (${columns.join(", ")}) SELECT id, ${columns.slice(1).fill("?").join(", ")} ` +
            `FROM ${source} WHERE id NOT IN (SELECT question_id FROM ${target} WHERE question_type = ?)`
        );
    }
    const verb =
        pattern.conflict === "replace"
            ? "INSERT OR REPLACE"
            : target === "channel_mappings"
              ? "INSERT OR IGNORE"
              : "INSERT";
    return `${verb} INTO ${target} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}

function where(pattern: AccessPattern): string {
    const equal = pattern.eq ?? [];
    const empty = pattern.null ?? [];
    const listed = pattern.inlist ?? [];
    const likes = (pattern.like ?? []).map((column) => `${column} LIKE ?`);
    const terms = [
        ...equal
            .filter((column) => !empty.includes(column) && !listed.includes(column))
            .map((column) => (column === "1" ? "1 = 1" : `${column} = ?`)),
        ...(pattern.ne ?? []).map((column) => `${column} <> ?`),
        // Compared with a value and with NULL: nothing there, in either form.
        ...empty.map((column) =>
            equal.includes(column) ? `(${column} IS NULL OR ${column} = ?)` : `${column} IS NULL`,
        ),
        ...listed.map((column) => `${column} IN (?, ?)`),
        ...(likes.length > 1 ? [`(${likes.join(" OR ")})`] : likes),
    ];
    return terms.length > 0 ? ` WHERE ${terms.join(" AND ")}` : "";
}

function table(pattern: AccessPattern): string {
    return pattern.tables[0] ?? "";
}
