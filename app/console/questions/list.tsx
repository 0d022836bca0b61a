import type { Child } from "hono/jsx";
import { countOf } from "../../../src/cli/report.ts";
import { Choice, DataTable, Empty, showNumber, Time } from "../../../src/console/parts.tsx";
import { takePageRows } from "../../../src/console/results.ts";
import type { ConsolePage, Visit } from "../../../src/console/site.ts";
import type { ReadResult, Row } from "../../../src/database/connection.ts";
import { StatusMark } from "../marks.tsx";
import { readContentQueries } from "../queries.ts";
import { difficulties, type QuestionFilters, readFilters, statuses, toAddress, toPattern } from "./filters.ts";

const pageSize = 50;

interface FoundQuestions {
    readonly rows: readonly Row[];
    /** Where the next page begins. */
    readonly next: string | undefined;
    /** How they were found. */
    readonly by: "list" | "full text" | "reading";
    readonly corrections: Readonly<Record<string, string>>;
    /** Whether this database lacks the full text, as far as it was asked. */
    readonly lacksFullText: boolean;
    /** Undefined where the database does not count them. */
    readonly rowsRead: number | undefined;
}

/** The questions, or those that a search finds. One request, whether the full text is installed or not. */
export async function showQuestions(visit: Visit): Promise<ConsolePage> {
    const filters = readFilters(visit);
    const { text, words, channel, difficulty, status, after, suitsFullText } = filters;
    const isSearch = text !== "";
    const { bind, search } = await readContentQueries(visit);
    const kinds = { channel: channel || null, difficulty: difficulty || null };
    const connection = visit.getConnection();
    const before = connection.cost.rowsRead;
    const [channels, ...answers] = await connection.readAll([
        bind("channels"),
        bind("listQuestions", {
            ...kinds,
            after_id: after,
            status: status || null,
            pattern: isSearch ? toPattern(text) : null,
            full_text: suitsFullText ? 1 : 0,
            limit: pageSize + 1,
        }),
        ...(isSearch ? [bind("findListed", { question_id: text })] : []),
        ...(suitsFullText
            ? [search({ ...kinds, company: null, words: { items: words }, vector: null, model: "", limit: pageSize })]
            : []),
    ]);
    const rowsRead = connection.countsRows ? connection.cost.rowsRead - before : undefined;
    const result = choose(filters, answers, rowsRead);
    return {
        title: isSearch ? `Questions with ${text}` : "Questions",
        document: { filters: { text, channel, difficulty, status, after }, foundBy: result.by, ...result },
        rows: result.rows,
        body: (
            <>
                <h1>Questions</h1>
                <Form filters={filters} channels={takePageRows(channels).map((row) => String(row.channel))} />
                <Found filters={filters} result={result} />
            </>
        ),
    };
}

function choose(
    filters: QuestionFilters,
    [listed, exact, found]: readonly ReadResult[],
    rowsRead: number | undefined,
): FoundQuestions {
    const named = exact === undefined ? [] : takePageRows(exact);
    if (found?.ok) {
        const rows = found.rows.map((row) => ({
            id: row.id ?? null,
            question: unmark(row.text),
            passage: unmark(row.passage),
            channel: row.channel ?? null,
            difficulty: row.difficulty ?? null,
            status: "active",
        }));
        const corrections = JSON.parse(String(found.rows[0]?.corrections ?? "{}")) as Record<string, string>;
        const others = rows.filter(({ id }) => id !== named[0]?.id);
        return {
            rows: [...named, ...others],
            next: undefined,
            by: "full text",
            corrections,
            lacksFullText: false,
            rowsRead,
        };
    }
    const lacksFullText = found !== undefined && /no such table/.test(found.message);
    // Installed, but refused: the list below is empty then.
    if (found && !lacksFullText) takePageRows(found);
    const all = takePageRows(listed);
    const rows = all.slice(0, pageSize);
    const next = all.length > pageSize ? String(rows.at(-1)?.id) : undefined;
    return { rows, next, by: filters.text === "" ? "list" : "reading", corrections: {}, lacksFullText, rowsRead };
}

// The full text puts these round the words that match.
function unmark(value: unknown): string {
    return String(value ?? "")
        .replaceAll("\u0002", "")
        .replaceAll("\u0003", "");
}

function Form({
    filters,
    channels,
}: {
    readonly filters: QuestionFilters;
    readonly channels: readonly string[];
}): Child {
    const { text, channel, difficulty, status } = filters;
    return (
        <form class="filters mt2" action="/questions">
            <label class="vh" for="text">
                Words, or an id
            </label>
            <input id="text" name="q" type="search" value={text} placeholder="Words, or an id" autocomplete="off" />
            <Choice name="channel" label="Channel" all="All channels" values={channels} value={channel} />
            <Choice
                name="difficulty"
                label="Difficulty"
                all="All difficulties"
                values={difficulties}
                value={difficulty}
            />
            <Choice name="status" label="Status" all="All statuses" values={statuses} value={status} />
            <button type="submit">Filter</button>
            {toAddress({ ...filters, after: "" }) !== "/questions" && <a href="/questions">Clear</a>}
        </form>
    );
}

function Found({ filters, result }: { readonly filters: QuestionFilters; readonly result: FoundQuestions }): Child {
    const { rows, next, by } = result;
    return (
        <section>
            <p class="mut sm">{describeFound(filters, result)}</p>
            {rows.length === 0 ? (
                <div class="mt">
                    <Nothing filters={filters} />
                </div>
            ) : (
                <List rows={rows} hasChanged={by !== "full text"} />
            )}
            <p class="bar2">
                {filters.after !== "" && (
                    <a class="btn" href={toAddress({ ...filters, after: "" })}>
                        First page
                    </a>
                )}
                {next !== undefined && (
                    <a class="btn" href={toAddress({ ...filters, after: next })}>
                        Next {pageSize}
                    </a>
                )}
            </p>
        </section>
    );
}

function describeFound({ text, after }: QuestionFilters, found: FoundQuestions): string {
    const { rows, next, by, corrections, lacksFullText, rowsRead } = found;
    const count = countOf(rows.length, "question");
    const corrected = Object.entries(corrections).map(([word, other]) => `‘${other}’ for ‘${word}’`);
    const instead = corrected.length === 0 ? "" : ` Searched for ${corrected.join(", ")}.`;
    if (by === "full text") {
        const most = rows.length >= pageSize ? `The ${pageSize} best active questions` : `${count}, active ones only`;
        return `${most}, the best first, by the full text.${instead}`;
    }
    const shown = next === undefined && after === "" ? count : `${count} on this page`;
    if (by === "reading") {
        const cost = rowsRead === undefined ? "one by one" : `one by one: read ${showNumber(rowsRead)} rows`;
        const remedy = lacksFullText ? " The full text is not installed; pnpm vector:init installs it." : "";
        return `${shown} with ‘${text}’ in id, question, answer or tags, by id. Questions were read ${cost}.${remedy}`;
    }
    return `${shown}, by id.`;
}

function List({ rows, hasChanged }: { readonly rows: readonly Row[]; readonly hasChanged: boolean }): Child {
    const columns = ["Question", "Channel", "Difficulty", "Status", ...(hasChanged ? ["Changed (UTC)"] : [])];
    return (
        <DataTable caption="Questions" isStacked columns={columns.map((title) => ({ title }))}>
            {rows.map((row) => (
                <tr>
                    <th scope="row" class="w long">
                        <a class="m" href={`/questions/${encodeURIComponent(String(row.id))}`}>
                            {String(row.id)}
                        </a>
                        <div>{String(row.question)}</div>
                        {row.passage !== undefined && row.passage !== row.question && (
                            <div class="mut sm">{String(row.passage)}</div>
                        )}
                    </th>
                    <td>
                        {String(row.channel)}
                        {row.sub_channel ? <span class="mut">{` / ${row.sub_channel}`}</span> : null}
                    </td>
                    <td>{String(row.difficulty)}</td>
                    <td>
                        <StatusMark status={row.status} />
                    </td>
                    {hasChanged && (
                        <td>
                            <Time value={row.last_updated} />
                        </td>
                    )}
                </tr>
            ))}
        </DataTable>
    );
}

function Nothing({ filters }: { readonly filters: QuestionFilters }): Child {
    const { text, after } = filters;
    if (after !== "") return <Empty>No question comes after this one. Begin again with the first page.</Empty>;
    if (toAddress(filters) === "/questions")
        return (
            <Empty>
                There are no questions yet. <code>pnpm db:seed</code> loads the bundled ones.
            </Empty>
        );
    const isId = text !== "" && !/\s/.test(text);
    return (
        <Empty>
            No question matches. <a href="/questions">Show all</a>
            {isId ? (
                <>
                    , or, if a question with this id was removed,{" "}
                    <a href={`/questions/${encodeURIComponent(text)}`}>its history</a>.
                </>
            ) : (
                "."
            )}
        </Empty>
    );
}
