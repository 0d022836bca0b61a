import { expect, test } from "vitest";
import { followCascades } from "../../src/schema/cascades.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";
import type { WriteEvent } from "../../src/sql/statement-facts.ts";

const tables = [
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    "CREATE TABLE kid (id INTEGER PRIMARY KEY, p REFERENCES P (id) ON DELETE CASCADE ON UPDATE SET NULL)",
    "CREATE TABLE grandkid (kid REFERENCES kid ON DELETE SET NULL, own REFERENCES grandkid ON DELETE CASCADE)",
    "CREATE TABLE other (p REFERENCES p ON DELETE RESTRICT ON UPDATE CASCADE)",
].map((sql) => readTableDefinition(sql));

test.each<[string, WriteEvent[], boolean, string[]]>([
    ["p", ["DELETE"], false, ["kid DELETE", "grandkid UPDATE"]],
    ["p", ["UPDATE"], false, ["kid UPDATE", "other UPDATE"]],
    ["p", ["INSERT"], false, []],
    ["p", ["INSERT"], true, ["kid DELETE", "grandkid UPDATE"]],
    ["grandkid", ["DELETE"], false, ["grandkid DELETE"]],
    ["kid", ["UPDATE"], false, []],
])("a write to %s of %s, replacing rows: %s", (table, events, replaces, below) => {
    const found = followCascades({ table, events, replaces }, tables);
    expect(found.map((rows) => `${rows.table} ${rows.events.join()}`)).toEqual(below);
});
