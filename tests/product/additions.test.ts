import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { deployScratch } from "../../src/planning/shadow.ts";
import { readState } from "../../src/planning/state.ts";
import { readTables } from "../../src/schema/table.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";
import { root } from "../support/deployed.ts";

interface Facts {
    readonly tables: Readonly<Record<string, readonly { name: string; notNull?: boolean; default?: string }[]>>;
    readonly indexes: Readonly<Record<string, unknown>>;
    readonly views: readonly string[];
    readonly triggers: Readonly<Record<string, unknown>>;
}

const facts = path.join(root, "../shared/data/original-schema.json");
const isHere = existsSync(facts);

describe.skipIf(!isHere)(`docs/reference/additions.md${isHere ? "" : " (the original's facts are not here)"}`, () => {
    test("names what the schema has beside the original", async () => {
        const page = readFileSync(path.join(root, "docs/reference/additions.md"), "utf8");
        const original = JSON.parse(readFileSync(facts, "utf8")) as Facts;
        const [core] = (await readFiles(root)).sets;
        if (!core) throw new Error("There are no migrations.");
        const connection = await deployScratch([core], core.migrations);
        const tables = await readTables(connection);
        const { schema } = await readState(connection, [core]);
        connection.close();
        const missing: string[] = [];
        const want = (text: string, place = page): void => {
            if (!place.includes(`\`${text}\``)) missing.push(text);
        };
        const rules = [...page.matchAll(/`(\w+_\w+)`/g)].map(([, rule = ""]) => rule);
        for (const { name, sql, columns } of tables) {
            const known = original.tables[name];
            if (!known) {
                want(name);
                continue;
            }
            const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
            const [, , required = "", filled = ""] = row.split("|");
            for (const column of columns) {
                const former = known.find((other) => other.name === column.name);
                if (!former) want(`${name}.${column.name}`);
                else if (column.notNull && !former.notNull) want(column.name, required);
                if (former && column.defaultSql !== null && former.default === undefined) want(column.name, filled);
            }
            expect(known.filter((former) => !columns.some((column) => column.name === former.name))).toEqual([]);
            for (const { name: check = "" } of readTableDefinition(sql).checks)
                if (!rules.some((rule) => check.endsWith(`_${rule}`))) missing.push(check);
        }
        const names = new Set([...Object.keys(original.indexes), ...original.views, ...Object.keys(original.triggers)]);
        const added = schema.filter((row) => row.sql !== null && row.type !== "table" && !names.has(row.name));
        expect(added.length).toBeGreaterThan(30);
        for (const { name } of added) want(name);
        expect(missing).toEqual([]);
    });
});
