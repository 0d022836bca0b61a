import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundled } from "../seeds/bundled.ts";
import { loaders } from "../seeds/index.ts";
import { isObject } from "../seeds/shapes.ts";
import { holdsJson } from "../src/loading/loader.ts";
import { listFiles } from "../src/loading/sources/files.ts";
import { toSnakeCase } from "../src/sql/names.ts";
import { decodeText } from "../src/text/decode.ts";
import { parseJson } from "../src/text/json.ts";
import { writeJson } from "../src/text/written.ts";

/** Reads the shortest value of each JSON column that the bundled data fill, by `table.column`; empty values do not count. */
export async function readJsonExamples(root: string): Promise<Map<string, string>> {
    const folder = join(root, bundled.folder);
    const paths = (
        await Promise.all(bundled.seeds.flatMap(({ paths: own }) => own).map((path) => listFiles(join(folder, path))))
    ).flat();
    const texts = await Promise.all(paths.map(async (path) => decodeText(await readFile(path), path)));
    const examples = new Map<string, string>();
    for (const document of texts.map(parseJson)) {
        for (const { table, fields, find } of loaders) {
            const columns = Object.keys(fields).filter((field) => holdsJson(fields[field]));
            for (const { value } of columns.length === 0 ? [] : (find(document) ?? [])) {
                if (!isObject(value)) continue;
                for (const field of columns) keepShorter(examples, `${table}.${toSnakeCase(field)}`, value[field]);
            }
        }
    }
    return examples;
}

function keepShorter(examples: Map<string, string>, key: string, value: unknown): void {
    if (value === null || value === undefined) return;
    const text = writeJson(value);
    const known = examples.get(key);
    if (text === "[]" || text === "{}" || (known !== undefined && known.length <= text.length)) return;
    examples.set(key, text);
}
