import { AppError } from "../../errors.ts";
import { type Found, marks, type SearchResult, search } from "../../search/rank.ts";
import { readSearchStatements, type SearchSite } from "../../search/site.ts";
import { readSearchWords } from "../../search/words.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { conclude, countOf } from "../report.ts";
import { byWords, openEncoderIfItStarts, passFailure } from "./encoder.ts";

export interface VectorSearchOptions {
    readonly limit?: number;
    readonly explain?: boolean;
    /** The filters of the site. */
    readonly [filter: string]: unknown;
}

const usualLimit = 10;
/** The full text finds so many; a longer list would have to be ordered without them. */
const mostFound = 100;

/** vector:search: finds the texts that answer another one best. */
export async function searchQuestions(context: Context, options: VectorSearchOptions, site: SearchSite): Promise<void> {
    const { root, args, output, signal } = context;
    const { limit = usualLimit } = options;
    const text = args.join(" ");
    const filters = Object.fromEntries(
        Object.keys(site.filters).map((name) => [name, options[name] === undefined ? null : String(options[name])]),
    );
    if (limit < 1 || limit > mostFound) throw new AppError("usage", `--limit must be 1 to ${mostFound}`);
    if (readSearchWords(text).length === 0) {
        throw new AppError("usage", `'${text}' has no word`, { hint: "search for at least one letter or digit" });
    }
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const encoder = await openEncoderIfItStarts(context);
        const ask = (withEncoder: boolean): Promise<SearchResult> =>
            search(connection, statements, {
                text,
                encoder: withEncoder ? encoder : undefined,
                limit,
                filters,
                signal,
            });
        const result = await ask(true)
            .catch((error: unknown) => passFailure(context, error, byWords) ?? ask(false))
            .finally(() => encoder?.close());
        for (const [word, term] of Object.entries(result.corrections)) output.field("Corrected", `${word} → ${term}`);
        const isByWords = result.found.every(({ similarity }) => similarity === null);
        if (encoder && isByWords && result.found.length > 0)
            output.note(
                `No ${site.noun} found has a vector of ${encoder.name}, so the words alone decide: run \`pnpm vector:sync\`.`,
            );
        for (const [at, found] of result.found.entries()) printFound(output, at + 1, found, options.explain ?? false);
        if (options.explain) {
            output.field("Words", result.words.join(", "));
            output.field("Statement", statements.find("search").path);
        }
        conclude(
            context,
            connection,
            result.found.length === 0
                ? `Nothing found${describeFilters(filters)}.`
                : `Found ${countOf(result.found.length, site.noun)}.`,
            {
                database: connection.target.label,
                model: isByWords ? null : encoder?.name,
                ...result,
                found: result.found.map((found) => ({
                    ...found,
                    text: unmark(found.text),
                    passage: unmark(found.passage),
                    matches: listMatches(`${found.text} ${found.passage}`),
                })),
            },
        );
    });
}

function printFound(output: Output, place: number, found: Found, explains: boolean): void {
    const { id, labels, text, passage, words, similarity, score } = found;
    output.line(`${String(place).padStart(2)}. ${id}  ${labels.join(", ")}`);
    output.line(`    ${mark(text)}`);
    if (!text.includes(marks.begin)) output.line(`    … ${mark(passage)}`);
    const why = [
        `words ${words.toFixed(2)}`,
        similarity === null ? "no vector" : `similarity ${similarity.toFixed(2)}`,
    ];
    output.line(`    ${why.join(", ")}: ${listMatches(`${text} ${passage}`).join(", ")}`);
    if (explains) output.line(`    score ${score.toFixed(3)}`);
}

function mark(text: string): string {
    return text.replaceAll(marks.begin, "*").replaceAll(marks.end, "*").replaceAll(/\s+/g, " ");
}

function unmark(text: string): string {
    return text.replaceAll(marks.begin, "").replaceAll(marks.end, "");
}

function listMatches(text: string): string[] {
    const found = text.split(marks.begin).slice(1);
    return [...new Set(found.map((part) => (part.split(marks.end)[0] ?? "").toLowerCase()))];
}

function describeFilters(filters: Readonly<Record<string, string | null>>): string {
    const given = Object.entries(filters).filter(([, value]) => value !== null);
    return given.length === 0 ? "" : ` with ${given.map(([name, value]) => `--${name} '${value}'`).join(" and ")}`;
}
