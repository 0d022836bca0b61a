import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { keepRejections } from "../../src/loading/rejects.ts";
import { listFiles, openSource } from "../../src/loading/sources/files.ts";
import { readFiles } from "../../src/planning/files.ts";
import { makeSmallBackup, restoreHere } from "../backup/running.ts";
import { makeFolder, writeProject } from "../support/project.ts";

function makePipe(file: string): string {
    execFileSync("mkfifo", [file]);
    return file;
}

test("an export is read from a pipe, such as that of <(command), and a device is refused", async () => {
    const pipe = makePipe(path.join(makeFolder(), "pipe"));
    const text = `${"x".repeat(200_000)}\n`;
    const writer = spawn("sh", ["-c", `cat > '${pipe}'`], { stdio: ["pipe", "ignore", "ignore"] });
    writer.stdin.end(text);
    const opened = await openSource("/", pipe);
    expect([opened.files.map((file) => readFileSync(file, "utf8")), opened.nameFile("")]).toEqual([[text], pipe]);
    await opened.close();
    await expect(openSource("/", "/dev/zero")).rejects.toThrow("cannot read '/dev/zero': it is a device");
});

test("Ctrl-C ends the wait for a pipe that no program writes to", async () => {
    const pipe = makePipe(path.join(makeFolder(), "pipe"));
    const opened = openSource("/", pipe, undefined, AbortSignal.timeout(100));
    await expect(opened).rejects.toThrow();
    const ran = await restoreHere({
        url: `file:${makeFolder()}/a.db`,
        args: [pipe],
        signal: AbortSignal.timeout(100),
    }).catch(String);
    expect(JSON.stringify(ran)).toMatch(/interrupted|Abort/);
});

test("a backup is restored from a pipe", async () => {
    const pipe = makePipe(path.join(makeFolder(), "pipe"));
    spawn("sh", ["-c", `cat '${await makeSmallBackup()}' > '${pipe}'`], { stdio: "ignore" });
    const ran = await restoreHere({ url: `file:${makeFolder()}/a.db`, args: [pipe] });
    expect([ran.stderr, ran.code]).toEqual(["", 0]);
    const device = await restoreHere({ url: `file:${makeFolder()}/a.db`, args: ["/dev/zero"] });
    expect([device.code, device.stderr]).toEqual([
        2,
        expect.stringMatching(/^error: cannot read '\/dev\/zero': it is a device\n/),
    ]);
});

test("links in an export folder are followed, each folder once; one that leads to no file is named", async () => {
    const folder = writeProject({ "in/a.json": "[]", "in/old/b.json": "[]" });
    const elsewhere = writeProject({ "c.json": "[]", "more/d.json": "[]", "e.txt": "" });
    const source = path.join(folder, "in");
    symlinkSync(path.join(elsewhere, "c.json"), path.join(source, "c.json"));
    symlinkSync(path.join(elsewhere, "more"), path.join(source, "more"));
    symlinkSync("..", path.join(source, "old", "circle"));
    symlinkSync("old", path.join(source, "latest"));
    const names = (await listFiles(source)).map((file) => path.relative(source, file));
    expect(names).toEqual(["a.json", "c.json", "more/d.json", "old/b.json"]);
    symlinkSync("missing", path.join(source, "f.json"));
    await expect(listFiles(source)).rejects.toThrow(/f\.json' cannot be read: the link leads to no file$/);
});

test.each([
    ["a pipe", (file: string) => void makePipe(file), "it is a pipe"],
    ["a link without its file", (file: string) => symlinkSync("missing", file), "the link leads to no file"],
    ["a link to a device", (file: string) => symlinkSync("/dev/zero", file), "it is a device"],
    ["a link to a folder", (file: string) => symlinkSync(".", file), "it is a folder"],
])("%s among the SQL files is refused by name", async (_, make, why) => {
    for (const file of ["migrations/001.do.a.sql", "migrations/more/001.do.a.sql", "views/v.sql", "triggers/t.sql"]) {
        const root = makeFolder();
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        make(path.join(root, file));
        await expect(readFiles(root)).rejects.toMatchObject({
            code: "invalid-files",
            message: `${file} cannot be read: ${why}`,
        });
    }
});

test("a link in the place of migrations/ that leads to no folder is refused", async () => {
    const root = makeFolder();
    symlinkSync("missing", path.join(root, "migrations"));
    await expect(readFiles(root)).rejects.toThrow("migrations cannot be read as a folder: the link leads to no folder");
});

test("a reject file that is a pipe without a reader is an error, not a wait", () => {
    const pipe = makePipe(path.join(makeFolder(), "pipe"));
    const rejections = [{ file: "a.json", position: "", code: "invalid-json", message: "no", record: null }] as const;
    expect(() => keepRejections("/", pipe, rejections, "Nothing was written.")).toThrow("cannot be written");
});
