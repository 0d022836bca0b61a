import { posix } from "node:path";
import type { Child } from "hono/jsx";
import { countOf } from "../../cli/report.ts";
import { readPageTexts } from "../../documents/pages.ts";
import { NotFoundBody } from "../page.tsx";
import { Empty, Heading } from "../parts.tsx";
import type { ConsolePage, Screen, Visit } from "../site.ts";
import {
    addressOf,
    type DocumentPage,
    findDocumentPath,
    type Match,
    readDocumentPage,
    searchDocuments,
} from "./catalog.ts";
import { Markdown } from "./render.tsx";

/** The documents of the project: read and searched without the database. */
export const documentsScreen: Screen = {
    label: "Documents",
    path: "/docs",
    routes: [
        { pattern: "/docs", show: showContents },
        { pattern: "/docs/:name{.+}", show: showDocument },
    ],
};

async function showContents({ root, site, query }: Visit): Promise<ConsolePage> {
    const texts = await readPageTexts(root);
    const pages = [...texts].flatMap(([path, text]) => (path.endsWith(".md") ? [readDocumentPage(path, text)] : []));
    const search = (query.get("q") ?? "").trim();
    const matches = searchDocuments(pages, search);
    const shown = matches.map(({ page, section }) => ({ page: page.path, heading: section.heading }));
    return {
        title: search === "" ? "Documents" : `Documents: ${search}`,
        document:
            search === "" ? { pages: pages.map(({ path, title }) => ({ path, title })) } : { search, matches: shown },
        body: (
            <>
                <h1>Documents</h1>
                <p class="lead">
                    The files of this checkout. Begin with the <a href={addressOf(site.documents.start)}>index</a>, or
                    search in headings and text.
                </p>
                <div class="mt2">
                    <SearchForm search={search} />
                </div>
                {search === "" ? <Contents pages={pages} /> : <Matches search={search} matches={matches} />}
            </>
        ),
    };
}

async function showDocument({ root, path: address, parameters, database }: Visit): Promise<ConsolePage> {
    const texts = await readPageTexts(root);
    const path = findDocumentPath(texts, parameters.name ?? "");
    const text = path === undefined ? undefined : texts.get(path);
    if (path === undefined || text === undefined)
        return { title: "Not found", status: 404, body: <NotFoundBody path={address} /> };
    if (path.endsWith(".svg"))
        return { title: path, body: null, file: { name: posix.basename(path), type: "image/svg+xml", text } };
    const page = readDocumentPage(path, text);
    return {
        title: page.title,
        body: (
            <>
                <p class="crumb">
                    <a href="/docs">Documents</a> / <span class="m">{page.path}</span>
                </p>
                <div class="two doc">
                    <Markdown page={page} texts={texts} isSqlOn={database.readOnlyBy !== undefined} />
                    <aside>
                        <SearchForm search="" />
                        <Outline page={page} />
                    </aside>
                </div>
            </>
        ),
    };
}

function SearchForm({ search }: { readonly search: string }): Child {
    return (
        <search>
            <form action="/docs" class="filters">
                <label class="vh" for="docs-q">
                    Search the documents
                </label>
                <input id="docs-q" name="q" type="search" value={search} placeholder="Search the documents" />
                <button type="submit">Search</button>
            </form>
        </search>
    );
}

function Outline({ page }: { readonly page: DocumentPage }): Child {
    const sections = page.sections.filter(({ depth }) => depth === 2 || depth === 3);
    if (sections.length === 0) return null;
    return (
        <nav class="outline" aria-label="On this page">
            <h2>On this page</h2>
            <ul>
                {sections.map(({ heading, anchor, depth }) => (
                    <li class={depth === 3 ? "below" : undefined}>
                        <a href={`#${anchor}`}>{heading}</a>
                    </li>
                ))}
            </ul>
        </nav>
    );
}

function Contents({ pages }: { readonly pages: readonly DocumentPage[] }): Child {
    const folders = [...new Set(pages.map(({ path }) => posix.dirname(path)))];
    const list = (folder: string): DocumentPage[] => pages.filter(({ path }) => posix.dirname(path) === folder);
    folders.sort((one, other) => rankOf(one) - rankOf(other));
    return folders.map((folder) => (
        <section>
            <Heading title={folder === "." ? "Project" : `${folder}/`} note={countPages(list(folder).length)} />
            <ul class="pages">
                {list(folder).map(({ address, title, path }) => (
                    <li>
                        <a href={address}>{title}</a> <span class="mut sm m">{posix.basename(path)}</span>
                    </li>
                ))}
            </ul>
        </section>
    ));
}

function Matches({ search, matches }: { readonly search: string; readonly matches: readonly Match[] }): Child {
    if (matches.length === 0)
        return (
            <div class="mt2">
                <Empty>{`No section has all of these words: ${search}. Try fewer, or a part of a word.`}</Empty>
            </div>
        );
    const words = search.toLowerCase().split(/\s+/);
    return (
        <section>
            <Heading title="Found" note={countOf(matches.length, "section")} />
            <ul class="find">
                {matches.map(({ page, section, excerpt }) => (
                    <li>
                        <a href={`${page.address}#${section.anchor}`}>{section.heading}</a>{" "}
                        <span class="mut sm m">{page.path}</span>
                        <p class="mut">{markWords(excerpt, words)}</p>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function markWords(text: string, words: readonly string[]): Child {
    const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    return text.split(new RegExp(`(${pattern})`, "i")).map((part, at) => (at % 2 === 1 ? <mark>{part}</mark> : part));
}

function rankOf(folder: string): number {
    const known = ["docs", "docs/reference", "docs/schema", "."].indexOf(folder);
    return known === -1 ? 9 : known;
}

function countPages(count: number): string {
    return countOf(count, "page");
}
