import type { Child } from "hono/jsx";
import { countOf } from "../../cli/report.ts";
import { renderPictureFile } from "../../documents/picture/file.tsx";
import { layOut, type Picture } from "../../documents/picture/layout.ts";
import { describePicture, PictureParts } from "../../documents/picture/render.tsx";
import { listRelations, type Relation } from "../../documents/relations.ts";
import type { DocumentSite } from "../../documents/site.ts";
import { readTables, type Table } from "../../schema/table.ts";
import { Command, DataTable, Empty, Heading } from "../parts.tsx";
import type { ConsolePage, Screen, Visit } from "../site.ts";
import { Controls, Legend, type View, writeAddress } from "./controls.tsx";
import { findCategory, type Selection, selectPart } from "./select.ts";

/** The window that a picture should fit, less what stands around it. */
const frame = { width: 1_552, height: 910 };

/** The tables of the database and how they refer to each other: a picture, and the same as a table. */
export const diagramScreen: Screen = {
    label: "Diagram",
    path: "/diagram",
    routes: [
        { pattern: "/diagram", show: showDiagram },
        { pattern: "/diagram.svg", show: showFile },
    ],
};

/** What the pages of the screen are made of. */
interface Model {
    readonly site: DocumentSite;
    readonly view: View;
    /** All tables of the application. */
    readonly tables: readonly Table[];
    /** Undefined for a part that is not there. */
    readonly part: Selection<Table> | undefined;
}

async function readModel({ getConnection, query, site: { documents: site } }: Visit): Promise<Model> {
    const found = await readTables(getConnection());
    const tables = found.filter(({ isBookkeeping, isShadow }) => !isBookkeeping && !isShadow);
    const view: View = {
        isKeysOnly: query.get("show") === "keys",
        category: query.get("category") ?? "",
        table: query.get("table") ?? "",
    };
    return { site, view, tables, part: selectPart(tables, listRelations({ tables }, site), site.categories, view) };
}

function draw({ tables, relations, focus }: Selection<Table>, { view, site: { categories } }: Model): Picture {
    const { isKeysOnly } = view;
    return layOut(tables, relations, { categories, isKeysOnly, frame, ...(focus === undefined ? {} : { focus }) });
}

async function showFile(visit: Visit): Promise<ConsolePage> {
    const model = await readModel(visit);
    if (!model.part || model.tables.length === 0) return showMissing(model);
    const { category, table } = model.view;
    const word = (table === "" ? category : table).toLowerCase().replaceAll(/\W+/g, "-");
    return {
        title: "Diagram",
        body: <></>,
        file: {
            name: word === "" ? "schema.svg" : `schema-${word}.svg`,
            type: "image/svg+xml",
            text: renderPictureFile(draw(model.part, model), "both"),
        },
    };
}

async function showDiagram(visit: Visit): Promise<ConsolePage> {
    const model = await readModel(visit);
    const { view, site, tables, part } = model;
    if (!part || tables.length === 0) return showMissing(model);
    const picture = draw(part, model);
    const rows = part.relations.map(describeRelation);
    return {
        title: "Diagram",
        isWide: true,
        document: {
            tables: part.tables.map(({ name, columns }) => ({
                name,
                category: site.categories.length > 0 ? findCategory(name, site.categories) : null,
                columns: columns.map((column) => column.name),
            })),
            relations: rows,
        },
        rows,
        body: (
            <>
                <div class="hd2 erdhead">
                    <h1>Diagram</h1>
                    <span class="mut">{countParts(part)}</span>
                    <Legend relations={part.relations} />
                    <a href={writeAddress(view, "/diagram.svg")}>Download SVG</a>
                </div>
                <Controls view={view} tables={tables} categories={site.categories} />
                <Drawing picture={picture} />
                <Relations part={part} />
            </>
        ),
    };
}

function Drawing({ picture }: { readonly picture: Picture }): Child {
    const { width, height } = picture;
    return (
        // A region that scrolls must be reached by the keyboard.
        // biome-ignore lint/a11y/useSemanticElements: a section would be a part of the page's outline
        <div class="scroll" role="region" tabindex={0} aria-label="Picture of the tables">
            {/* biome-ignore lint/a11y/useSemanticElements: nothing else can hold the links of a picture */}
            <svg
                class="erd"
                width={width}
                height={height}
                viewBox={`0 0 ${width} ${height}`}
                role="group"
                aria-labelledby="erd-title erd-more"
            >
                <title id="erd-title">{describePicture(picture)}</title>
                <desc id="erd-more">Each table is a link to its page. The same relations are listed below.</desc>
                <PictureParts picture={picture} hrefOf={hrefOf} />
            </svg>
        </div>
    );
}

function Relations({ part: { tables, relations } }: { readonly part: Selection<Table> }): Child {
    const isShown = (table: string): boolean => tables.some(({ name }) => name === table);
    return (
        <section id="relations">
            <Heading title="Relations" note="what refers to what" />
            {relations.length === 0 ? (
                <Empty>None: no foreign key, and no column that is named for another table.</Empty>
            ) : (
                <DataTable
                    caption="Relations"
                    isStacked
                    kind="erdrefs"
                    columns={[{ title: "From" }, { title: "To" }, { title: "Kind" }, { title: "Why" }]}
                >
                    {relations.map((relation) => (
                        <tr>
                            <td class="m w">
                                <Columns table={relation.table} columns={relation.columns} />
                            </td>
                            <td class="m w">
                                <Columns table={relation.parent} columns={relation.parentColumns} />
                                {!isShown(relation.parent) && <span class="mut"> not in this picture</span>}
                            </td>
                            <td>{describeRelation(relation).kind}</td>
                            <td class="mut">{describeRelation(relation).why}</td>
                        </tr>
                    ))}
                </DataTable>
            )}
        </section>
    );
}

function Columns({ table, columns }: { readonly table: string; readonly columns: readonly string[] }): Child {
    return (
        <>
            <a href={hrefOf(table)}>{table}</a>
            {columns.length > 0 && `.${columns.join(", ")}`}
        </>
    );
}

function showMissing({ tables, view }: Model): ConsolePage {
    const { table, category } = view;
    if (tables.length === 0)
        return {
            title: "Diagram",
            document: { tables: [], relations: [] },
            body: (
                <>
                    <h1>There are no tables yet</h1>
                    <p class="lead">Create them with the bundled data; then reload this page.</p>
                    <div class="mt2">
                        <Command text="pnpm db:migrate" />
                    </div>
                </>
            ),
        };
    const what = table === "" ? `category '${category}'` : `table '${table}'`;
    return {
        title: "Not found",
        status: 404,
        body: (
            <>
                <h1>{`There is no ${what}`}</h1>
                <p class="lead">
                    It may have been dropped or renamed. See <a href="/diagram">the diagram of all tables</a>.
                </p>
            </>
        ),
    };
}

function hrefOf(table: string): string {
    return `/tables/${encodeURIComponent(table)}`;
}

function describeRelation({ table, columns, parent, parentColumns, isList, why }: Relation) {
    const name = (owner: string, names: readonly string[]): string =>
        names.length === 0 ? owner : `${owner}.${names.join(", ")}`;
    return {
        from: name(table, columns),
        to: name(parent, parentColumns),
        kind: why === undefined ? "foreign key" : isList ? "list of references" : "reference",
        why: why ?? "checked by the database",
    };
}

function countParts({ tables }: Selection<Table>): string {
    const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
    return `${countOf(tables.length, "table")}, ${countOf(columns, "column")}`;
}
