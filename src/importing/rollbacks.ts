import { isTransactionControl } from "../planning/refusals.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import type { Decision } from "./decisions.ts";
import { findRunnersPart, type ParsedScript } from "./parse.ts";

interface Open {
    /** In lower case; undefined for a BEGIN. */
    readonly name: string | undefined;
    readonly at: number;
}

/** Finds the statements that each ROLLBACK of a script undid, in order. */
function findUndone(statements: readonly Statement[]): Statement[][] {
    let open: Open[] = [];
    const undone: Statement[][] = [];
    statements.forEach((statement, at) => {
        if (!isTransactionControl(statement)) return;
        const [first, ...rest] = statement.tokens;
        const words = rest.filter((token) => !/^(TRANSACTION|TO|SAVEPOINT)$/i.test(token.text));
        const name = lowerName(words[0]);
        const found = open.findLastIndex((item) => item.name === name && name !== undefined);
        if (isKeyword(first, "BEGIN")) open.push({ name: undefined, at });
        else if (isKeyword(first, "SAVEPOINT")) open.push({ name, at });
        else if (isKeyword(first, "RELEASE")) open = open.slice(0, Math.max(0, found));
        else if (isKeyword(first, "ROLLBACK")) {
            const isPartial = rest.some((token) => isKeyword(token, "TO"));
            const from = isPartial ? open[found] : open[0];
            const between = statements.slice(from?.at ?? at, at);
            undone.push(between.filter((item) => !isTransactionControl(item)));
            open = isPartial ? open.slice(0, found + 1) : [];
        } else open = [];
    });
    return undone;
}

function lowerName(token: Token | undefined): string | undefined {
    return token && readName(token).toLowerCase();
}

/**
 * Says of each ROLLBACK that stayed in a written file which lines of it were undone.
 *
 * @param text of the written file, which has the statements of the script but for those that were left out or moved
 */
export function explainRollbacks(
    { path, text }: { readonly path: string; readonly text: string },
    script: ParsedScript,
    isMoved: (statement: Statement) => boolean,
): Decision[] {
    const kept = script.statements.filter((statement) => !findRunnersPart(statement) && !isMoved(statement));
    const written = splitStatements(text);
    const undone = findUndone(script.statements);
    const rollbacks = kept.filter((statement) => isKeyword(statement.tokens[0], "ROLLBACK"));
    return rollbacks.flatMap((rollback, at) => {
        const lines = (undone[at] ?? []).flatMap((statement) => {
            const own = written[kept.indexOf(statement)];
            return own && kept.includes(statement) ? [own.line, own.line + own.sql.split("\n").length - 1] : [];
        });
        const line = written[kept.indexOf(rollback)]?.line;
        const remedy = `remove it${describeLines(lines)}: the runner opens and ends the transaction`;
        return [{ path, line, message: "ROLLBACK inside a file", remedy }];
    });
}

function describeLines(lines: readonly number[]): string {
    const [from, to] = [Math.min(...lines), Math.max(...lines)];
    if (lines.length === 0) return " (it undid nothing that is left here)";
    return from === to ? ` and line ${from}, which it undid` : ` and lines ${from} to ${to}, which it undid`;
}
