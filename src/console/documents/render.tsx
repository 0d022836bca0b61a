import { posix } from "node:path";
import type { Child } from "hono/jsx";
import type { Token, Tokens } from "marked";
import type { PageTexts } from "../../documents/pages.ts";
import { isKeyword, tokenize } from "../../sql/lexer.ts";
import { readFact } from "../../sql/statement-facts.ts";
import { splitStatements } from "../../sql/statements.ts";
import { linkSql } from "../sql/example.ts";
import { addressOf, type DocumentPage } from "./catalog.ts";

interface Place {
    readonly page: DocumentPage;
    readonly texts: PageTexts;
    /** The anchors of the headings, in their order. */
    readonly anchors: Iterator<string>;
    readonly isSqlOn: boolean;
}

/** A page as HTML. Each token of the Markdown becomes an element, so raw HTML never reaches the browser. Pure. */
export function Markdown(props: {
    readonly page: DocumentPage;
    readonly texts: PageTexts;
    /** Whether the SQL box runs statements. */
    readonly isSqlOn: boolean;
}): Child {
    const { page, texts, isSqlOn } = props;
    const place = { page, texts, isSqlOn, anchors: page.sections.map(({ anchor }) => anchor)[Symbol.iterator]() };
    return <div class="md">{renderAll(page.tokens, place)}</div>;
}

function renderAll(tokens: readonly Token[] | undefined, place: Place): Child[] {
    return (tokens ?? []).map((token) => renderToken(token, place));
}

function renderToken(token: Token, place: Place): Child {
    const inside = (): Child[] => renderAll("tokens" in token ? token.tokens : undefined, place);
    switch (token.type) {
        case "heading":
            return renderHeading(token as Tokens.Heading, place);
        case "paragraph":
            return <p>{inside()}</p>;
        case "list":
            return renderList(token as Tokens.List, place);
        case "checkbox":
            return (token as Tokens.Checkbox).checked ? "[x] " : "[ ] ";
        case "table":
            return renderTable(token as Tokens.Table, place);
        case "code":
            return <CodeBlock token={token as Tokens.Code} isSqlOn={place.isSqlOn} />;
        case "blockquote":
            return <blockquote>{inside()}</blockquote>;
        case "hr":
            return <hr />;
        case "html":
            return renderHtml((token as Tokens.HTML).raw, place);
        case "link":
            return renderLink(token as Tokens.Link, place);
        case "image":
            return renderImage((token as Tokens.Image).href, (token as Tokens.Image).text, undefined, place);
        case "strong":
            return <strong>{inside()}</strong>;
        case "em":
            return <em>{inside()}</em>;
        case "del":
            return <s>{inside()}</s>;
        case "codespan":
            return <code>{(token as Tokens.Codespan).text}</code>;
        case "br":
            return <br />;
        default:
            return "tokens" in token && token.tokens ? inside() : "text" in token ? decode(String(token.text)) : null;
    }
}

function renderHeading({ depth, tokens }: Tokens.Heading, place: Place): Child {
    const Level = `h${depth}` as "h2";
    const next = place.anchors.next();
    return <Level id={next.done ? undefined : next.value}>{renderAll(tokens, place)}</Level>;
}

function renderList({ ordered, start, items }: Tokens.List, place: Place): Child {
    const entries = items.map((item) => <li>{renderAll(item.tokens, place)}</li>);
    return ordered ? <ol start={start === "" ? undefined : start}>{entries}</ol> : <ul>{entries}</ul>;
}

function renderTable({ header, rows, align }: Tokens.Table, place: Place): Child {
    const classOf = (at: number): string | undefined => (align[at] === "right" ? "n" : undefined);
    const label = header.map(({ text }) => text).join(", ");
    return (
        // A region that scrolls must be reached by the keyboard.
        // biome-ignore lint/a11y/useSemanticElements: a section is a part of the page, not of a table
        <div class="scroll" role="region" tabindex={0} aria-label={`Table: ${label}`}>
            <table>
                <thead>
                    <tr>
                        {header.map(({ tokens }, at) => (
                            <th scope="col" class={classOf(at)}>
                                {renderAll(tokens, place)}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {rows.map((cells) => (
                        <tr>
                            {cells.map(({ tokens }, at) => (
                                <td class={classOf(at)}>{renderAll(tokens, place)}</td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function CodeBlock(props: { readonly token: Tokens.Code; readonly isSqlOn: boolean }): Child {
    const { lang, text } = props.token;
    const [language = ""] = (lang ?? "").split(/\s+/);
    return (
        <div class="code">
            <pre tabindex={0}>{text}</pre>
            {props.isSqlOn && language === "sql" && canRun(text) && (
                <p class="sm">
                    <a href={linkSql(text)}>Open in the SQL box</a>
                </p>
            )}
        </div>
    );
}

/** Whether an example is one statement that only reads and needs no value. Pure. */
export function canRun(sql: string): boolean {
    const tokens = tokenize(sql);
    const [statement, ...more] = splitStatements(sql, tokens);
    if (!statement || more.length > 0 || tokens.some(({ kind, open }) => open || kind === "parameter")) return false;
    if (readFact(statement).does === "write") return false;
    return ["SELECT", "WITH", "VALUES", "EXPLAIN"].some((word) => isKeyword(statement.tokens[0], word));
}

function renderLink({ href, tokens }: Tokens.Link, place: Place): Child {
    const inside = renderAll(tokens, place);
    if (/^https?:\/\//i.test(href))
        return (
            <a href={href} rel="noreferrer">
                {inside}
            </a>
        );
    const target = resolveTarget(href, place);
    return target === undefined ? inside : <a href={target}>{inside}</a>;
}

// What is not a page of the documents, such as a file of SQL, is named and not linked.
function resolveTarget(href: string, { page, texts }: Place): string | undefined {
    const [file = "", anchor] = href.split("#");
    const hash = anchor === undefined ? "" : `#${anchor}`;
    if (file === "") return hash || undefined;
    const path = posix.normalize(posix.join(posix.dirname(page.path), file));
    return texts.has(path) ? `${addressOf(path)}${hash}` : undefined;
}

function renderImage(src: string, text: string, dark: string | undefined, place: Place): Child {
    const [light, other] = [src, dark ?? ""].map((href) => resolveTarget(href, place));
    if (light === undefined) return text;
    return (
        <picture>
            {other !== undefined && <source media="(prefers-color-scheme: dark)" srcset={other} />}
            <img src={light} alt={decode(text)} />
        </picture>
    );
}

// Of HTML, a picture that is served (with a variant for dark schemes), a line break and an anchor are understood; the rest is left out.
function renderHtml(raw: string, place: Place): Child {
    const read = (name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`).exec(raw)?.[1];
    if (/^\s*<picture>/.test(raw) && resolveTarget(read("src") ?? "", place) === undefined) return null;
    if (/^\s*<picture>/.test(raw)) return renderImage(read("src") ?? "", read("alt") ?? "", read("srcset"), place);
    if (/^<br\s*\/?>$/.test(raw)) return <br />;
    const anchor = /^\s*<a id="([\w-]+)">/.exec(raw)?.[1];
    return anchor === undefined ? null : <span id={anchor} />;
}

const entities: Readonly<Record<string, string>> = {
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    nbsp: "\u00a0",
    "#39": "'",
};

function decode(text: string): string {
    return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => entities[name] ?? "");
}
