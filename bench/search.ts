// Search beside full text alone, the encoder alone and an exact scan: quality, cost, duplicates. Run by `pnpm bench:search`.
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createOutput } from "../src/cli/output.ts";
import type { Row } from "../src/database/connection.ts";
import { duplicate, findDuplicates, readVector } from "../src/search/duplicates.ts";
import { bindSearch } from "../src/search/site.ts";
import { makeInput } from "./load/input.ts";
import { measureBytes, measureCost, measureWrites } from "./search/cost.ts";
import { openEncoders, openSearchDatabase, root, type SearchDatabase } from "./search/databases.ts";
import { plantDuplicates } from "./search/duplicates.ts";
import { dropWords, measureQuality, type Quality, readQueryFile } from "./search/quality.ts";

const { values: flags } = parseArgs({
    options: { questions: { type: "string", default: "30000" }, "quality-only": { type: "boolean", default: false } },
});
const output = createOutput({ json: false, color: false });
const note = (text: string): void => output.note(text);
const data = path.join(root, "../shared/data");
const percent = (share: number): string => share.toFixed(3);

const encoders = await openEncoders();
const [encoder] = encoders;
if (!encoder) throw new Error("There is no encoder.");
try {
    const sample = existsSync(data)
        ? await openSearchDatabase(path.join(data, "open-interview/questions"), encoders, note)
        : undefined;
    if (sample) await reportQuality(sample, path.join(data, "search/queries.ndjson"));
    else output.line("Quality: skipped, because the sample is not here.");
    if (!flags["quality-only"]) {
        const input = await makeInput(await mkdtemp(path.join(tmpdir(), "bench-search-")), Number(flags.questions));
        const rows = sample ? await readQuestions(sample) : [];
        const planting = plantDuplicates(rows);
        const large = await openSearchDatabase(input.questions, encoders, note, planting.statements);
        await reportCost(large);
        if (sample) await reportDuplicates(large, planting);
    }
} finally {
    for (const one of encoders) await one.close();
}

async function reportQuality(database: SearchDatabase, file: string): Promise<void> {
    if (!encoder) return;
    const labelled = await readQueryFile(file);
    const known = dropWords(await readQuestions(database), 200);
    for (const [title, queries] of [
        ["labelled", labelled],
        ["known items", known],
    ] as const) {
        const measured = await measureQuality(database, encoder, queries);
        output.line(`Quality: ${queries.length} ${title}`);
        const kinds = Object.keys(measured[0]?.kinds ?? {});
        output.table([
            ["method", "recall@1", "recall@10", "MRR@10", ...kinds.map((kind) => `${kind} @10`)],
            ...measured.map((one: Quality) => [
                one.method,
                ...[one.first, one.ten, one.mrr, ...kinds.map((kind) => one.kinds[kind] ?? 0)].map(percent),
            ]),
        ]);
        output.line();
    }
}

async function readQuestions({ connection }: SearchDatabase): Promise<readonly Row[]> {
    const [result] = await connection.readAll([
        { sql: "SELECT id, channel, question FROM questions WHERE status = 'active' ORDER BY id" },
    ]);
    if (!result?.ok) throw new Error(result?.message);
    return result.rows;
}

async function reportCost(database: SearchDatabase): Promise<void> {
    if (!encoder) return;
    const rows = await readQuestions(database);
    const asked = dropWords(rows, 60).map(({ query }) => query.split(" ").slice(0, 8).join(" "));
    const costs = await measureCost(
        database,
        encoder,
        asked,
        rows.slice(0, 60).map(({ id }) => String(id)),
    );
    output.line(`Cost: ${rows.length} questions, ${asked.length} searches of up to 8 words`);
    const base = (target: string): number => costs.find((cost) => cost.target === target)?.processor ?? 1;
    output.table([
        ["target", "statement", "CPU ms", "to full text", "p50 ms", "p95 ms", "rows read"],
        ...costs.map(({ target, name, processor, p50, p95, rowsRead }) => [
            target,
            name,
            processor.toFixed(1),
            (processor / base(target)).toFixed(2),
            p50.toFixed(1),
            p95.toFixed(1),
            rowsRead?.toFixed(0) ?? "-",
        ]),
    ]);
    output.line();
    const writes = await measureWrites(
        database,
        rows.map(({ id }) => String(id)),
    );
    output.table([
        ["rows written on a server", "with the search", "without"],
        ...writes.map(({ what, withSearch, without }) => [what, withSearch.toFixed(1), without.toFixed(1)]),
    ]);
    output.line();
    output.table((await measureBytes(database.path)).map(([what, bytes]) => [what, `${(bytes / 1e6).toFixed(1)} MB`]));
    output.line();
}

async function reportDuplicates(
    database: SearchDatabase,
    { near, related }: ReturnType<typeof plantDuplicates>,
): Promise<void> {
    const { connection, statements } = database;
    const began = performance.now();
    const before = process.cpuUsage();
    const { compared, pairs } = await findDuplicates(connection, statements, {
        ...{
            threshold: 0.9,
            model: encoder?.name ?? "",
            signal: new AbortController().signal,
            progress: () => undefined,
        },
    });
    const { user, system } = process.cpuUsage(before);
    const took = `${((performance.now() - began) / 1_000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of the processor`;
    const kindOf = new Map(pairs.map(({ ids, kind }) => [ids.join(" "), kind]));
    const vectors = await readVectors(database, [...near, ...related].flat());
    const judge = (planted: typeof near): { above: number; found: number; duplicates: number } => {
        const kinds = planted.map(
            ([id, of]) => [similarityOf(vectors, id, of), kindOf.get([id, of].sort().join(" "))] as const,
        );
        return {
            above: kinds.filter(([similarity]) => similarity >= duplicate.from).length,
            found: kinds.filter(([similarity, kind]) => similarity >= duplicate.from && kind === "duplicate").length,
            duplicates: kinds.filter(([, kind]) => kind === "duplicate").length,
        };
    };
    const [same, other] = [judge(near), judge(related)];
    output.line(`Duplicates: ${compared} questions compared in ${took}`);
    output.table([
        [
            "100 near-duplicates planted",
            `${same.above} from ${duplicate.from} on`,
            `${same.found} of these found as duplicates`,
        ],
        [
            "100 related ones planted",
            `${other.above} from ${duplicate.from} on`,
            `${other.duplicates} taken for duplicates`,
        ],
    ]);
}

async function readVectors(
    { connection, statements }: SearchDatabase,
    ids: readonly string[],
): Promise<Map<string, Float32Array>> {
    const wanted = new Set(ids);
    const found = new Map<string, Float32Array>();
    const query = bindSearch(statements, "vectors", { model: encoder?.name ?? "", after: "planted", limit: 1_000 });
    const [result] = await connection.readAll([query]);
    for (const { question_id: id, vector } of result?.ok ? result.rows : [])
        if (wanted.has(String(id))) found.set(String(id), readVector(vector as Uint8Array));
    return found;
}

function similarityOf(vectors: ReadonlyMap<string, Float32Array>, one: string, other: string): number {
    const [first, second] = [vectors.get(one), vectors.get(other)];
    if (!first || !second) throw new Error(`${one} or ${other} has no vector.`);
    return first.reduce((sum, value, at) => sum + value * (second[at] ?? 0), 0);
}
