import { type ColumnDefinition, readDefinition, type TableDefinition, toDefinition } from "./create-table.ts";
import { isKeyword, readName, type Token } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { topLevel } from "./nesting.ts";
import { readAllTokens, type Statement } from "./statements.ts";

/** Returns the table after an ALTER TABLE that does not rename the table itself. */
export function alterTable(table: TableDefinition, statement: Statement): TableDefinition {
    const { tokens } = statement;
    const added = findAddedColumn(statement);
    if (added) {
        const { uniques, references } = readDefinition(added);
        return {
            ...table,
            columns: [...table.columns, added],
            uniques: [...table.uniques, ...uniques],
            references: [...table.references, ...references],
        };
    }
    const dropped = findNamedColumn(tokens, "DROP")?.column;
    if (dropped) {
        return { ...table, columns: table.columns.filter(({ name }) => !isSameName(name, readName(dropped))) };
    }
    const renamed = findRenamedColumn(statement);
    if (!renamed) return table;
    const rename = (name: string): string => (isSameName(name, renamed.from) ? renamed.to : name);
    const renameIn = <T extends { readonly columns: readonly string[] }>(item: T): T => ({
        ...item,
        columns: item.columns.map(rename),
    });
    return {
        ...table,
        columns: table.columns.map((item) => ({ ...item, name: rename(item.name) })),
        uniques: table.uniques.map(renameIn),
        references: table.references.map(renameIn),
    };
}

/** Returns both names of an ALTER TABLE … RENAME COLUMN; undefined for a statement without one. */
export function findRenamedColumn({ tokens }: Statement): { from: string; to: string } | undefined {
    const { column, to } = findNamedColumn(tokens, "RENAME") ?? {};
    return column && to && { from: readName(column), to: readName(to) };
}

function findNamedColumn(
    tokens: readonly Token[],
    action: "DROP" | "RENAME",
): { column: Token | undefined; to: Token | undefined } | undefined {
    const verb = tokens.findIndex((token) => isKeyword(token, "DROP") || isKeyword(token, "RENAME"));
    if (!isKeyword(tokens[verb], action)) return undefined;
    const at = isKeyword(tokens[verb + 1], "COLUMN") ? verb + 2 : verb + 1;
    return { column: tokens[at], to: tokens[at + 2] };
}

/** Returns the column of an ALTER TABLE … ADD COLUMN; undefined for any other statement. */
export function findAddedColumn(statement: Statement): ColumnDefinition | undefined {
    const { tokens } = statement;
    const add = tokens.findIndex((token) => isKeyword(token, "ADD"));
    if (!isKeyword(tokens[0], "ALTER") || add === -1) return undefined;
    const first = tokens[isKeyword(tokens[add + 1], "COLUMN") ? add + 2 : add + 1];
    if (!first) return undefined;
    const part = readAllTokens(statement).filter(({ offset }) => offset >= first.offset);
    return readDefinition(toDefinition(part, undefined)).column;
}

/**
 * Finds why ADD COLUMN of this column fails in a table with rows (https://www.sqlite.org/lang_altertable.html), as the
 * end of a sentence. NOT NULL without a default is not among the reasons.
 */
export function findAddObstacle(column: ColumnDefinition): string | undefined {
    const { default: value } = column;
    if (column.generated === "STORED") return "is STORED";
    if (column.isUnique) return "is UNIQUE";
    if (column.isPrimaryKey) return "is a PRIMARY KEY";
    if (value.length === 0) return undefined;
    if (/^CURRENT_(TIME|DATE|TIMESTAMP)$/i.test(value[0]?.text ?? "")) return "has a default that is computed";
    if (value[0]?.text === "(" && !isLiteral(value)) return "has a default that is computed";
    const isReference = topLevel(column.tokens).some((token) => isKeyword(token, "REFERENCES"));
    return isReference && hasDefaultValue(column) ? "points to a table, and has a default" : undefined;
}

/** Whether a column has a default other than NULL. */
export function hasDefaultValue({ default: [first] }: ColumnDefinition): boolean {
    return first !== undefined && !isKeyword(first, "NULL");
}

// In parentheses, a literal with its sign or its CAST is a constant; (1 + 1) is computed (tried).
function isLiteral(value: readonly Token[]): boolean {
    const inside = value.filter(({ text }) => !/^[()+-]$/.test(text));
    const [first, ...rest] = isKeyword(inside[0], "CAST") ? inside.slice(1) : inside;
    const isConstant = first && (/^(string|number)$/.test(first.kind) || /^(TRUE|FALSE|NULL)$/i.test(first.text));
    return isConstant === true && (rest.length === 0 || isKeyword(rest[0], "AS"));
}
