import { isKeyword, readName } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import type { LintFile } from "../files.ts";
import { defineRules } from "../rule.ts";

const changesData = ({ kind }: LintFile): boolean => kind === "do" || kind === "undo";

export const droppingRules = defineRules("safe", [
    {
        id: "drop-table",
        level: "error",
        summary: "DROP TABLE of a table that earlier files created, unless the file rebuilds it",
        why: "Its rows are lost, and a running application fails.",
        remedy: "stop using it in the application first, keep a backup, and allow it here with the reason",
        *find({ kind, statements, structure, before }) {
            if (kind !== "do") return;
            for (const { fact, line } of statements) {
                if (fact.does !== "drop" || fact.type !== "table") continue;
                const known = before.tables.get(fact.name.toLowerCase());
                const isRebuilt = structure.rebuilt.some((table) => isSameName(table, fact.name));
                if (known && !isRebuilt) yield { line, message: `drops '${fact.name}', which ${known.path} created` };
            }
        },
    },
    {
        id: "drop-column",
        level: "error",
        summary: "DROP COLUMN of a table that earlier files created",
        why: "Its values are lost, a running application fails, and its comment stays above the next column.",
        remedy: "stop using it in the application first; then rebuild the table, and allow it there with the reason",
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
        summary: "a new name for a table or column that earlier files created",
        why: "Between the deploy of the database and that of the application, one of the two uses the wrong name.",
        remedy: "add the new name beside the old one and drop that later, or allow it with the reason",
        *find({ kind, statements, before, structure }) {
            if (kind !== "do") return;
            for (const { fact, line } of statements) {
                const isTable = fact.does === "rename-table";
                if (!isTable && !(fact.does === "alter" && fact.action === "rename")) continue;
                if (!before.tables.has(fact.table.toLowerCase())) continue;
                // renamed-away reports it, unless the old table stays.
                const away = structure.renamedAway.find(({ table }) => isSameName(table, fact.table));
                if (away && away.to === undefined) continue;
                yield { line, message: `renames ${isTable ? "" : "a column of "}'${fact.table}'` };
            }
        },
    },
    {
        id: "if-exists",
        summary: "IF EXISTS or IF NOT EXISTS",
        why: "It hides an unexpected state, and the schema differs from the files from then on.",
        remedy: "remove the words: the runner knows what is applied; remove the statement where nothing, or something else, has that name",
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
        summary: "CREATE TABLE … AS SELECT",
        why: "The table has neither types nor constraints, and one statement copies all rows while others wait.",
        remedy: "write the CREATE TABLE with its columns, then fill it",
        *find(file) {
            if (!changesData(file)) return;
            for (const { fact, tokens, line } of file.statements) {
                if (fact.does !== "create" || fact.type !== "table") continue;
                const open = tokens.findIndex((token) => token.text === "(");
                const as = tokens.findIndex((token) => isKeyword(token, "AS"));
                if (as === -1 || (open !== -1 && open < as)) continue;
                yield { line, message: `creates '${fact.name}' from a query` };
            }
        },
    },
]);
