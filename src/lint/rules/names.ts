import { renderMove } from "../../planning/judging/moves.ts";
import { findLowerKeywords } from "../../sql/keyword-case.ts";
import { isKeywordLike, isReserved } from "../../sql/keywords.ts";
import { readName } from "../../sql/lexer.ts";
import { findIndexColumns } from "../../sql/statement-facts.ts";
import { defineRules } from "../rule.ts";

export const nameRules = defineRules("style", [
    {
        id: "keyword-case",
        summary: "a keyword or type that is not in capitals",
        why: "Capitals distinguish keywords from names.",
        remedy: "run `pnpm sql:format` with this file before it is applied anywhere: it writes them in capitals",
        summed: "keywords are not in capitals",
        *find({ sql, tokens, names }) {
            for (const { text, line } of findLowerKeywords(sql, names, tokens)) {
                yield { line, message: `'${text}' is not in capitals` };
            }
        },
    },
    {
        id: "name-case",
        summary: "a name with capitals",
        why: "One spelling of a name avoids mistakes.",
        remedy: "write names in lower snake_case",
        summed: "names have capitals",
        *find({ sql, tokens, names }) {
            const keywords = new Set(findLowerKeywords(sql, names, tokens));
            for (const token of tokens) {
                if ((token.kind !== "word" && token.kind !== "name") || keywords.has(token)) continue;
                const name = readName(token);
                const isMixed = /[A-Z]/.test(name) && (token.kind === "name" || /[a-z]/.test(name));
                if (isMixed && !isKeywordLike(name)) yield { line: token.line, message: `'${name}' has capitals` };
            }
        },
    },
    {
        id: "quoted-name",
        summary: "a name in quotes that needs none",
        why: "Quotes can turn a misspelt column into a text, and [x] and `x` are not standard SQL.",
        remedy: "write it without quotes",
        summed: "names need no quotes",
        *find({ tokens }) {
            for (const token of tokens) {
                if (token.kind !== "name") continue;
                const name = readName(token);
                if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || isReserved(name)) continue;
                yield { line: token.line, message: `${token.text} needs no quotes` };
            }
        },
    },
    {
        id: "index-name",
        summary: "an index that is not named idx_<table>_<columns>",
        why: "A plan shows only the name of an index.",
        remedy: "rename it; after the table, the name of a partial index or of one over an expression is free",
        *find({ statements }) {
            for (const statement of statements) {
                const { fact } = statement;
                if (fact.does !== "create" || fact.type !== "index") continue;
                const columns = findIndexColumns(statement)?.map((column) => column.toLowerCase());
                const prefix = `idx_${fact.table}_`.toLowerCase();
                const wanted = columns ? `${prefix}${columns.join("_")}` : undefined;
                const name = fact.name.toLowerCase();
                if (wanted === undefined ? name.startsWith(prefix) : name === wanted) continue;
                yield { line: statement.line, message: `'${fact.name}' should be named ${wanted ?? `${prefix}…`}` };
            }
        },
    },
    {
        id: "migration-name",
        summary: "a migration whose name is one word",
        why: "The list of migrations is the history of the database; a verb and an object say what happened.",
        remedy: "name it with verb and object, such as add-question-source, before it is applied anywhere",
        *find({ kind, name }) {
            if (kind === "do" && !name.includes("-")) yield { line: 1, message: `'${name}' is one word` };
        },
    },
    {
        id: "version-gap",
        summary: "a migration whose number is not the next one of its set; numbers of 8 digits or more may be dates",
        why: "The next file gets a number after it, and one in between is refused as out of order.",
        remedy: "give both files the next number before the migration is applied anywhere, or allow it with the reason",
        *find({ path, version, previous, opposite }) {
            if (version === undefined || previous === undefined || version === previous + 1) return;
            if (version >= firstDate) return;
            const paths = [path, ...(opposite ? [opposite.path] : [])];
            const moves = paths.map((from) => `\`${renderMove(from, previous + 1)}\``);
            yield {
                line: 1,
                message: `is number ${version}, and the one before it ${previous}`,
                remedy: `${moves.join(" and ")} before the migration is applied anywhere, or allow it with the reason`,
            };
        },
    },
]);

/** A number of 8 digits, such as 20260131. */
const firstDate = 10_000_000;
