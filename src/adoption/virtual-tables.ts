import { AppError } from "../errors.ts";
import { isVirtual } from "../schema/facts.ts";
import { isKeyword, isSignificant, readName, tokenize } from "../sql/lexer.ts";
import type { LiveTable } from "./live-tables.ts";

/**
 * How the rows of a table come into a copy: `rows`, one by one; `rebuild`, made anew from the table that it indexes;
 * `derived`, by themselves.
 */
export type CopyWay = "rows" | "rebuild" | "derived";

const searching = ["fts3", "fts4", "fts5"];
const keeping = ["rtree", "rtree_i32", "geopoly"];
const deriving = ["fts5vocab", "fts4aux", "fts3tokenize", "dbstat"];

/**
 * Finds how a table can be copied.
 *
 * @throws AppError `invalid-input` where nobody can read what it holds
 */
export function findCopyWay(table: Pick<LiveTable, "name" | "sql">): CopyWay {
    if (!isVirtual(table)) return "rows";
    const tokens = tokenize(table.sql).filter(isSignificant);
    const using = tokens.findIndex((token) => isKeyword(token, "USING"));
    const [module] = tokens.slice(using + 1, using + 2).map((token) => readName(token).toLowerCase());
    if (module === undefined || deriving.includes(module)) return "derived";
    if (keeping.includes(module)) return "rows";
    if (!searching.includes(module)) throw refuse(table, `is kept by '${module}', which is not known here`);
    const content = tokens.findIndex(
        (token, at) => at > using && isKeyword(token, "CONTENT") && tokens[at + 1]?.text === "=",
    );
    if (content === -1) return "rows";
    const value = tokens[content + 2]?.text ?? "";
    if (/^(['"`]{2}|\[\]|[,)])$/.test(value)) throw refuse(table, "keeps no text of its own");
    return "rebuild";
}

function refuse({ name }: Pick<LiveTable, "name">, why: string): AppError {
    return new AppError("invalid-input", `'${name}' ${why}, so its rows cannot be copied`, {
        hint: "adopt in place, which leaves it as it is; or drop it in the old database, and make it anew in the copy",
        outcome: "Nothing was changed.",
    });
}
