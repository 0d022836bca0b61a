import { isKeyword, readName } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import type { LintFile } from "../files.ts";
import type { Rule } from "../rule.ts";

const changesData = ({ kind }: LintFile): boolean => kind === "do" || kind === "undo";

/** What takes tables and columns away from those who use them. */
export const droppingRules: readonly Rule[] = [
    {
        id: "drop-table",
        group: "safe",
        level: "error",
        summary: "DROP TABLE of a table that earlier files made, unless the file rebuilds it",
        why: "Its rows are gone, and an application that is still running fails.",
        remedy: "let the application do without it first, keep a backup, and allow it here with the reason",
        *find({ kind, statements, structure, before }) {
            if (kind !== "do") return;
            for (const { fact, line } of statements) {
                if (fact.does !== "drop" || fact.type !== "table") continue;
                const known = before.tables.get(fact.name.toLowerCase());
                const isRebuilt = structure.rebuilt.some((table) => isSameName(table, fact.name));
                if (known && !isRebuilt) yield { line, message: `drops '${fact.name}', which ${known.path} made` };
            }
        },
    },
    {
        id: "drop-column",
        group: "safe",
        level: "error",
        summary: "DROP COLUMN of a table that earlier files made",
        why: "Its values are gone, an application that is still running fails, and its comment stays over the next column.",
        remedy: "let the application do without it first; then rebuild the table, and allow it there with the reason",
        *find(file) {
            if (file.kind !== "do") return;
            for (const { fact, line, tokens } of file.statements) {
                if (fact.does !== "alter" || fact.action !== "drop") continue;
                const column = tokens.at(-1);
                if (!file.before.tables.has(fact.table.toLowerCase()) || !column) continue;
                yield { line, message: `drops the column '${readName(column)}' of '${fact.table}'` };
            }
        },
    },
    {
        id: "rename",
        group: "safe",
        level: "warning",
        summary: "a new name for a table or column that earlier files made",
        why: "Between the deploy of the database and that of the application, one of the two has the wrong name.",
        remedy: "add the new name beside the old one and drop that later; or allow it with the reason",
        *find({ kind, statements, before, structure }) {
            if (kind !== "do") return;
            for (const { fact, line } of statements) {
                const isTable = fact.does === "rename-table";
                if (!isTable && !(fact.does === "alter" && fact.action === "rename")) continue;
                if (!before.tables.has(fact.table.toLowerCase())) continue;
                // Told by its own rule.
                if (structure.renamedAway.some(({ table }) => isSameName(table, fact.table))) continue;
                yield { line, message: `gives ${isTable ? "" : "a column of "}'${fact.table}' another name` };
            }
        },
    },
    {
        id: "if-exists",
        group: "safe",
        level: "warning",
        summary: "IF EXISTS or IF NOT EXISTS",
        why: "An unexpected state should fail; so it passes, and the schema differs from the files from then on.",
        remedy: "leave the words out: the runner knows what a database has had",
        *find({ statements }) {
            for (const { tokens } of statements) {
                const at = tokens.findIndex(
                    (token, index) =>
                        index < 5 &&
                        isKeyword(token, "IF") &&
                        (isKeyword(tokens[index + 1], "EXISTS") || isKeyword(tokens[index + 2], "EXISTS")),
                );
                const word = tokens[at];
                if (!word || !/^(CREATE|DROP)$/i.test(tokens[0]?.text ?? "")) continue;
                const words = isKeyword(tokens[at + 1], "NOT") ? "IF NOT EXISTS" : "IF EXISTS";
                yield { line: word.line, message: `says ${words}` };
            }
        },
    },
    {
        id: "create-table-as",
        group: "safe",
        level: "warning",
        summary: "CREATE TABLE … AS SELECT",
        why: "The table has neither types nor rules, and all rows are copied in one statement that others wait for.",
        remedy: "write the CREATE TABLE with its columns, then fill it",
        *find(file) {
            if (!changesData(file)) return;
            for (const { fact, tokens, line } of file.statements) {
                if (fact.does !== "create" || fact.type !== "table") continue;
                const open = tokens.findIndex((token) => token.text === "(");
                const as = tokens.findIndex((token) => isKeyword(token, "AS"));
                if (as === -1 || (open !== -1 && open < as)) continue;
                yield { line, message: `makes '${fact.name}' from a query` };
            }
        },
    },
];
