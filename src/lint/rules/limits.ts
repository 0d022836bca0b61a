import { findAddedColumn } from "../../sql/alter-table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { readAllTokens } from "../../sql/statements.ts";
import { failingStatement } from "../replay.ts";
import { defineRules } from "../rule.ts";

// Measured on an embedded database and on a server: 90 nested parentheses parse, 95 overflow the parser's stack.
const deepest = 90;
/** SQLITE_LIMIT_COMPOUND_SELECT. */
const mostTerms = 500;

const vectorType = /^(F(LOAT)?(64|32|16|8)|FB16|FLOATB16|F1BIT|FLOAT1BIT)(_BLOB)?(\(|$)/i;

/** Limits that only show when a file runs. */
export const limitRules = defineRules("runs", [
    {
        id: failingStatement,
        level: "error",
        summary: "a statement that fails when the files run in an empty database, each undo file after its do file",
        why: "Every deploy into an empty database fails there; an undo file fails when it is needed.",
        remedy: "correct the statement; what needs it is checked after that",
        // The replay finds them.
        find: () => [],
    },
    {
        id: "deep-parentheses",
        level: "error",
        summary: `more than ${deepest} nested parentheses`,
        why: "The parser's stack overflows, on a server and on an embedded database.",
        remedy: "compute parts in a subquery or a WITH clause",
        *find({ statements }) {
            for (const { tokens } of statements) {
                let depth = 0;
                for (const token of tokens) {
                    if (token.kind === "operator" && token.text === ")") depth--;
                    if (token.kind !== "operator" || token.text !== "(" || ++depth !== deepest + 1) continue;
                    yield { line: token.line, message: `${depth} nested parentheses` };
                }
            }
        },
    },
    {
        id: "too-many-terms",
        level: "error",
        summary: `more than ${mostTerms} SELECTs joined by UNION, INTERSECT or EXCEPT`,
        why: "SQLite allows no more terms in one compound SELECT.",
        remedy: "write the rows with VALUES, which has no such limit, or in several statements",
        *find({ statements }) {
            for (const { tokens, line } of statements) {
                const words = tokens.filter((token) => /^(UNION|INTERSECT|EXCEPT)$/i.test(token.text));
                const terms = words.filter(({ kind }) => kind === "word").length + 1;
                if (terms > mostTerms) yield { line, message: `joins ${terms} SELECTs` };
            }
        },
    },
    {
        id: "vector-in-strict-table",
        level: "error",
        summary: "a vector column, such as F32_BLOB(256), in a STRICT table",
        why: "STRICT has no vector types: the statement fails with 'unknown datatype'.",
        remedy: "keep the vectors in a separate table that is not STRICT, and allow that there",
        *find({ statements, before, after }) {
            for (const statement of statements) {
                const { fact } = statement;
                if (fact.does === "alter" && fact.action === "add") {
                    const name = fact.table.toLowerCase();
                    const table = before.tables.get(name) ?? after.tables.get(name);
                    const added = findAddedColumn(statement);
                    if (!table?.isStrict || !added || !vectorType.test(added.type)) continue;
                    const line = added.tokens[1]?.line ?? statement.line;
                    yield { line, message: `adds a vector to the STRICT table '${fact.table}'` };
                }
                if (fact.does !== "create" || fact.type !== "table") continue;
                const { isStrict, columns } = readTableDefinition(readAllTokens(statement));
                for (const { name, type, tokens } of isStrict ? columns : []) {
                    if (!vectorType.test(type)) continue;
                    const line = tokens[1]?.line ?? statement.line;
                    yield { line, message: `'${name}' is a vector in a STRICT table` };
                }
            }
        },
    },
]);
