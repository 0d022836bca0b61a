import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { type Question, type QuestionsRow, toColumns, toFields } from "../../schema.js";
import { readRows } from "../support/contents.ts";
import { tell } from "../support/snapshot.ts";
import { schemaFile } from "./loaders.ts";

const typesFile = fileURLToPath(new URL("../../schema.d.ts", import.meta.url));

interface Column {
    readonly name: string;
    readonly type: string;
    readonly isNullable: boolean;
    readonly hasDefault: boolean;
    /** As TypeScript writes them; empty where no CHECK lists them. */
    readonly literals: readonly string[];
}

/** `name?: type` of every member, by interface. */
function readInterfaces(): Map<string, string[]> {
    const source = ts.createSourceFile(typesFile, ts.sys.readFile(typesFile) ?? "", ts.ScriptTarget.Latest, true);
    const interfaces = source.statements.filter(ts.isInterfaceDeclaration);
    return new Map(
        interfaces.map(({ name, members }) => [
            name.text,
            members.map((member) => member.getText(source).replace(/;$/, "")),
        ]),
    );
}

// By the rules of the documents, not by the code that renders the file.
async function readTables(): Promise<Map<string, Column[]>> {
    const client = createClient({ url: ":memory:" });
    await client.executeMultiple(schemaFile);
    const tables = await readRows(client, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'");
    const found = new Map<string, Column[]>();
    for (const { name, sql } of tables) {
        if (/^sqlite_/.test(String(name)) || /^[^(]*\(\s*\/\*[\s*]*Bookkeeping/.test(String(sql))) continue;
        const lists = [
            ...String(sql).matchAll(/CHECK\s*\(\s*(\w+) IN \(([^)]*)\)/g),
            ...String(sql).matchAll(/CHECK\s*\(\s*(\w+) = ('[^']*'(?:\s*OR \1 = '[^']*')*)\s*\)/g),
        ];
        const columns = await readRows(client, `SELECT * FROM pragma_table_info('${name}')`);
        found.set(
            String(name),
            columns.map((column) => ({
                name: String(column.name),
                type: column.type === "INTEGER" ? "number" : "string",
                isNullable: column.notnull === 0 && column.pk === 0,
                hasDefault: column.dflt_value !== null || (column.pk === 1 && column.type === "INTEGER"),
                literals: (lists.find(([, of]) => of === column.name)?.[2] ?? "")
                    .split(new RegExp(`,|OR ${column.name} =`))
                    .map((literal) => literal.trim().replaceAll("'", '"'))
                    .filter((literal) => literal !== ""),
            })),
        );
    }
    return found;
}

const toCamel = (name: string): string =>
    name
        .split("_")
        .map((word, at) => (at === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
        .join("");

describe("schema.d.ts", () => {
    let tables: Map<string, Column[]>;
    let interfaces: Map<string, string[]>;

    beforeAll(async () => {
        tables = await readTables();
        interfaces = readInterfaces();
    });

    test("compiles under the strictest settings", () => {
        const program = ts.createProgram([typesFile], {
            strict: true,
            noEmit: true,
            exactOptionalPropertyTypes: true,
            isolatedModules: true,
            types: [],
        });
        const messages = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
        expect(messages).toEqual([]);
    });

    test("has row, insert and stored row of each of the 12 tables, the first two by the camelCase names of the columns", () => {
        expect(tables.size).toBe(12);
        const named = interfaces.get("Tables") ?? [];
        expect(named.map((member) => member.split(":")[0])).toEqual([...tables.keys()]);
        let columns = 0;
        let unions = 0;
        for (const member of named) {
            const [, table = "", row = "", insert = "", stored = ""] =
                /^(\w+): \{ row: (\w+); insert: (\w+); stored: (\w+) \}$/.exec(member) ?? [];
            expect(stored).toMatch(/^[A-Z]\w+Row$/);
            const wanted = tables.get(table) ?? [];
            const typeOf = ({ type, literals, isNullable }: Column): string =>
                `${literals.length > 0 ? literals.join(" | ") : type}${isNullable ? " | null" : ""}`;
            expect(interfaces.get(row), row).toEqual(
                wanted.map((column) => `${toCamel(column.name)}: ${typeOf(column)}`),
            );
            expect(interfaces.get(stored), stored).toEqual(wanted.map((column) => `${column.name}: ${typeOf(column)}`));
            expect(interfaces.get(insert), insert).toEqual(
                wanted.map((column) => {
                    const mark = column.isNullable || column.hasDefault ? "?" : "";
                    return `${toCamel(column.name)}${mark}: ${typeOf(column)}`;
                }),
            );
            columns += wanted.length;
            unions += wanted.filter((column) => column.literals.length > 0).length;
        }
        expect(unions).toBeGreaterThanOrEqual(19);
        tell(`${tables.size} tables, ${columns} columns, ${unions} of them unions of what a CHECK lists`);
    });

    test("has functions that turn a row as libSQL returns it into the row type and back, for every column", async () => {
        const client = createClient({ url: ":memory:" });
        await client.executeMultiple(schemaFile);
        await client.execute({
            sql: "INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel) VALUES (?, ?, ?, ?, ?, ?, ?)",
            args: ["q-1", "Q?", "A.", "Because.", "beginner", "linux", "shell"],
        });
        const { rows } = await client.execute("SELECT * FROM questions");
        const stored = rows[0] as unknown as QuestionsRow;
        // What tsc compiles here is half of the test.
        const question: Question = toFields(stored);
        expect([question.subChannel, question.isNew, question.sourceUrl]).toEqual(["shell", 1, null]);
        const back: QuestionsRow = toColumns(question);
        expect(back).toEqual({ ...stored });
        for (const columns of tables.values()) {
            const row = Object.fromEntries(columns.map(({ name }) => [name, 1]));
            expect(Object.keys(toFields(row))).toEqual(columns.map(({ name }) => toCamel(name)));
            expect(toColumns(toFields(row))).toEqual(row);
        }
        // A digit has no capital letter to come back from.
        const numbered = { line_1: 1, line1: 2, sub_2_channel_b: 3 };
        const fields: { line_1: number; line1: number; sub_2ChannelB: number } = toFields(numbered);
        const columns: { line_1: number; line1: number; sub_2_channel_b: number } = toColumns(fields);
        expect([fields, columns]).toEqual([{ line_1: 1, line1: 2, sub_2ChannelB: 3 }, numbered]);
    });

    test("knows values that the documents name", () => {
        expect(interfaces.get("Certification")).toContain(
            'difficulty: "beginner" | "intermediate" | "advanced" | "expert"',
        );
        expect(interfaces.get("UserSession")).toContain(
            'sessionType: "test" | "voice-interview" | "certification" | "channel" | "training"',
        );
        expect(interfaces.get("Question")).toContain("voiceSuitable: 0 | 1 | null");
        expect(interfaces.get("NewQuestion")).toContain("isNew?: 0 | 1");
    });
});
