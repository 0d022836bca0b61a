import { posix } from "node:path";
import type { DocumentedObject, DocumentedTable, SchemaFacts } from "./facts.ts";
import { categoryOf, linkObject, linkTable, listIndexes, nameKey, sayRows } from "./lists.ts";
import { namesTable, readEvent } from "./objects.ts";
import { code, quoteValue, renderMarkdownTable } from "./parts.ts";
import { listRelations, type Relation } from "./relations.ts";
import { listRules, readDefaultValue } from "./rules.ts";
import type { DocumentSite } from "./site.ts";

/** Renders the page of a table, wholly from the database. */
export function renderTablePage(table: DocumentedTable, facts: SchemaFacts, site: DocumentSite): string {
    const path = site.pageOf(table.name);
    const to = (page: string): string => posix.relative(posix.dirname(path), page);
    const queriesPage = to("docs/reference/queries.md");
    const linkQuery = (name: string): string => `[${name}](${queriesPage}#${name})`;
    const indexes = listIndexes(table, facts);
    const added = site.growth.get(table.name);
    const views = facts.objects.filter(({ type, sql }) => type === "view" && namesTable({ sql }, table.name));
    const triggers = facts.objects.filter(
        (object) => object.type === "trigger" && (object.table === table.name || namesTable(object, table.name)),
    );
    const sections: [title: string, body: string][] = [
        ["Columns", renderColumns(table)],
        ["Rules", renderRules(table)],
        ["JSON", renderJson(table)],
        [
            "Indexes",
            renderMarkdownTable(
                ["index", "columns", "what it serves", "queries"],
                indexes.map(({ name, columns, comment, queries }) => [
                    code(name),
                    columns,
                    comment,
                    queries.map(linkQuery).join(", "),
                ]),
            ),
        ],
        ["Relationships", renderRelations(table, listRelations(facts, site), site)],
        ["Triggers", triggers.map((trigger) => renderTrigger(trigger, path)).join("\n")],
        ["Views", views.map((view) => `- ${linkObject(path, view)}: ${view.comment}`).join("\n")],
    ];
    return [
        `# ${table.name}`,
        "",
        table.definition.comment,
        "",
        renderMarkdownTable(
            ["category", "phase", "primary key", "large from", "expected growth"],
            [
                [
                    categoryOf(site, table.name),
                    String(site.phases[table.name] ?? ""),
                    nameKey(table),
                    table.large === undefined ? "" : sayRows(table.large),
                    added === undefined ? "" : `${sayRows(added)} a week`,
                ],
            ],
        ),
        ...sections.flatMap(([title, body]) => (body === "" ? [] : ["", `## ${title}`, "", body])),
        "",
        `Generated from the database by \`pnpm docs:build\`. [All tables](${to(site.tables)}).`,
        "",
    ].join("\n");
}

function renderColumns(table: DocumentedTable): string {
    return renderMarkdownTable(
        ["column", "type", "NULL", "default", "meaning"],
        table.columns.map(({ name, type, notNull, defaultSql }) => [
            code(name),
            type,
            notNull ? "no" : "yes",
            table.rowidColumn === name ? "the next number" : describeDefault(defaultSql),
            table.definition.columns.find((column) => column.name === name)?.comment ?? "",
        ]),
    );
}

function renderRules(table: DocumentedTable): string {
    return listRules(table)
        .map(({ columns, words, values }) => {
            const named = columns.map(code).join(", ");
            if (values.length > 0) return `- ${named} is one of ${values.map(quoteValue).join(", ")}`;
            return `- ${named}${/^unique\b/.test(words) ? ":" : ""}${named === "" ? "" : " "}${words}`;
        })
        .join("\n");
}

function renderJson({ json }: DocumentedTable): string {
    if (json.length === 0) return "";
    return renderMarkdownTable(
        ["column", "shape", "example"],
        json.map(({ column, shape, example }) => [code(column), shape, code(example)]),
    );
}

function renderRelations(table: DocumentedTable, relations: readonly Relation[], site: DocumentSite): string {
    const path = site.pageOf(table.name);
    return relations
        .flatMap((relation) => {
            const columns = relation.columns.map(code).join(", ");
            const held = relation.why === undefined ? "a foreign key" : `no foreign key: ${relation.why}`;
            return [
                ...(relation.table === table.name
                    ? [`- ${columns} references ${linkTable({ site, path }, relation.parent)} (${held})`]
                    : []),
                ...(relation.parent === table.name
                    ? [`- is referenced by ${columns} of ${linkTable({ site, path }, relation.table)} (${held})`]
                    : []),
            ];
        })
        .join("\n");
}

function renderTrigger(trigger: DocumentedObject, path: string): string {
    return `- ${linkObject(path, trigger)} (${readEvent(trigger)} on ${code(trigger.table)}): ${trigger.comment}`;
}

function describeDefault(sql: string | null): string {
    const value = readDefaultValue(sql);
    if (value === undefined) return "";
    return "words" in value ? value.words : code(value.sql);
}
