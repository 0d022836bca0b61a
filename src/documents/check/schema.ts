import type { MigrationSet } from "../../planning/files.ts";
import { followFiles, type KnownTable } from "../../schema/known-schema.ts";
import type { Table } from "../../schema/table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import type { Page } from "../markdown.ts";
import type { DocumentCheck, DocumentFinding } from "./finding.ts";

/**
 * Checks that each table has a comment and a page, and each column a comment; and that some page names each table of the
 * optional sets as code.
 *
 * @param pathOf the page of a table
 */
export function checkTables(
    tables: readonly Table[],
    pages: readonly Page[],
    pathOf: (table: string) => string,
    optional: readonly Pick<MigrationSet, "migrations">[] = [],
): DocumentCheck {
    const findings = tables.flatMap(({ name, sql, columns }): DocumentFinding[] => {
        const path = pathOf(name);
        const definition = readTableDefinition(sql);
        const mute = columns.filter(
            (column) => !definition.columns.find((other) => other.name === column.name)?.comment,
        );
        const messages = [
            ...(pages.some((page) => page.path === path) ? [] : [`the table '${name}' has no page`]),
            ...(definition.comment === "" ? [`the table '${name}' has no comment`] : []),
            ...mute.map((column) => `the column '${name}.${column.name}' has no comment`),
        ];
        return messages.map((message) => ({ path, line: 1, message }));
    });
    const others = optional.flatMap(listTables);
    const unnamed = others.flatMap(({ name, path }): DocumentFinding[] =>
        pages.some(({ text }) => text.includes(`\`${name}\``))
            ? []
            : [{ path, line: 1, message: `no page names the table '${name}'` }],
    );
    const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
    return {
        name: "tables",
        looked: `${tables.length + others.length} tables, ${columns} columns`,
        findings: [...findings, ...unnamed],
    };
}

// The tables that are left after the last migration of a set, each with the file that creates it.
function listTables({ migrations }: Pick<MigrationSet, "migrations">): KnownTable[] {
    return [...followFiles(migrations).tables.values()];
}
