import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createClient, type InValue } from "@libsql/client";
import { root } from "../../support/deployed.ts";
import { deployWell } from "../../support/deploying.ts";
import type { Target, TestDatabase } from "../../support/targets.ts";
import { renderInsert, type Values } from "../rows.ts";

/** An optional set of one table whose history is kept. */
export interface ContentSet {
    readonly set: string;
    readonly table: string;
    /** What the history calls its rows. */
    readonly type: string;
    /** Two different values for each column whose change belongs in the history. */
    readonly content: Readonly<Record<string, readonly [InValue, InValue]>>;
}

export const contentSets: readonly ContentSet[] = [
    {
        set: "challenges",
        table: "coding_challenges",
        type: "coding",
        content: {
            title: ["Two numbers", 'Two "numbers" that it\'s about 🔒'],
            description: ["Find them.", "Line one\nline two \\ ü"],
            difficulty: ["beginner", "hard"],
            category: ["arrays", "strings"],
            tags: ['["hashing"]', null],
            companies: [null, '["Initech"]'],
            starter_code_js: ["function run() {}", null],
            starter_code_py: [null, "def run():\n    pass"],
            test_cases: ['[{"args": [1], "expectedOutput": 1}]', "[]"],
            hints: ['["Remember."]', "[]"],
            solution_js: ["const run = (a) => a;", "const run = (b) => b;"],
            solution_py: [null, "run = lambda a: a"],
            complexity_time: ["O(n)", "O(1)"],
            complexity_space: ["O(1)", null],
            complexity_explanation: [null, "One pass."],
            time_limit: [15, 30],
        },
    },
    {
        set: "tests",
        table: "tests",
        type: "test",
        content: {
            channel_id: ["system-design", "aws-saa"],
            channel_name: ["System Design", ""],
            title: ["The basics", 'The "basics" that it\'s about 🔒'],
            description: [null, "Line one\nline two \\ ü"],
            questions: ['[{"question": "?", "options": []}]', "[]"],
            passing_score: [70, 80],
            version: [1, 2],
        },
    },
];

/** The SQL files of these sets, by path. */
export const setFiles: Readonly<Record<string, string>> = Object.fromEntries(
    ["migrations", "triggers"]
        .flatMap((folder) => contentSets.map(({ set }) => `${folder}/${set}`))
        .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
        .map((file) => [file, readFileSync(path.join(root, file), "utf8")]),
);

/** Gives a database with every optional set of content. */
export function createContentDatabase(target: Target): Promise<TestDatabase> {
    return target.createPrepared("content sets", (database) =>
        deployWell(root, database, { sets: contentSets.map(({ set }) => set) }).then(() => undefined),
    );
}

/** One of the two values of each column of the content. */
export function pickValues({ content }: ContentSet, which: 0 | 1): Values {
    return Object.fromEntries(Object.entries(content).map(([column, values]) => [column, values[which]]));
}

/** Builds the INSERT of a row of a set: its first values, and the given ones besides or instead. */
export function renderRow(of: ContentSet, values: Values, verb?: string): { sql: string; args: InValue[] } {
    return renderInsert(of.table, { ...pickValues(of, 0), ...values }, verb);
}

/** Inserts rows of every set with these ids. */
export async function fillSets({ url }: TestDatabase, ids: readonly string[]): Promise<void> {
    const client = createClient({ url });
    await client.batch(
        contentSets.flatMap((of) => ids.map((id) => renderRow(of, { id }))),
        "write",
    );
    client.close();
}
