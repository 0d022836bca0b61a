import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readCandidates } from "../../app/bots/writing/candidates.ts";
import { readConfig, readSecrets } from "../../src/cli/settings.ts";
import { readProject } from "../../src/drift/status.ts";
import { readPrompt } from "../../src/model/prompts.ts";
import { loadFormatter } from "../../src/sql/format.ts";
import { readSmallFile } from "../../src/text/bounded.ts";
import { createFolder } from "../../src/text/folder.ts";
import { findObstacle } from "../../src/text/obstacle.ts";
import { writeProject } from "../support/project.ts";

const root = writeProject({ "key.txt": "AGE\n", "large.txt": "x".repeat(100_001) });
const at = (name: string): string => path.join(root, name);
for (const name of ["silent", "spoken", "a.md"]) execFileSync("mkfifo", [at(name)]);
mkdirSync(at("folder"));

test("a key is read from a file or a pipe, and what has no end or no writer is refused instead of waited for", async () => {
    expect(await readSmallFile(at("key.txt"))).toEqual(Buffer.from("AGE\n"));
    // Opens the pipe late and writes in two steps.
    const writer = spawn("sh", ["-c", 'sleep 0.1; (printf one; sleep 0.2; printf two) > "$0"', at("spoken")]);
    expect(String(await readSmallFile(at("spoken")))).toBe("onetwo");
    writer.kill();
    expect(await readSmallFile(at("silent"), 60)).toEqual(Buffer.from(""));
    expect(await readSmallFile("/dev/zero")).toBe("it is larger than 100 kB");
    expect(await readSmallFile(at("large.txt"))).toBe("it is larger than 100 kB");
    expect(await readSmallFile(at("folder"))).toBe("it is a folder");
    expect(await readSmallFile(at("none"))).toBe("there is no such file");
});

test("prompts and questions of people are not read from a pipe", async () => {
    await expect(readPrompt(root, "a")).rejects.toThrow(`the prompt 'a' cannot be read: ${at("a.md")}: it is a pipe`);
    await expect(readCandidates(at("silent"))).rejects.toMatchObject({
        message: `${at("silent")} cannot be read: it is a pipe`,
        hint: "name a file, or `-` for standard input",
    });
});

test("a file of settings that is not UTF-8 or not JSON is refused with its place, and shows nothing of its secrets", async () => {
    const broken = writeProject({ "package.json": '{"name": ', "sql-formatter.json": "[]" });
    const bytes = Buffer.from("# caf\xe9\nTURSO_AUTH_TOKEN=a-long-secret-token\n", "latin1");
    writeFileSync(path.join(broken, ".env"), bytes);
    await expect(readConfig("read", broken, {})).rejects.toMatchObject({
        code: "invalid-files",
        message: "'.env' cannot be read: .env:1: it is not UTF-8 (byte E9)",
        hint: "save .env as UTF-8",
        outcome: "Nothing was tried.",
    });
    expect(await readSecrets(broken, {})).toEqual([]);
    await expect(readProject(broken)).rejects.toThrow(/^package\.json cannot be read: it is not JSON \(/);
    await expect(loadFormatter(broken)).rejects.toThrow("sql-formatter.json cannot be read: it holds no object");
    writeFileSync(path.join(broken, "package.json"), Buffer.from('{"name":"caf\xe9"}', "latin1"));
    await expect(readProject(broken)).rejects.toThrow("package.json:1: it is not UTF-8 (byte E9)");
    expect((await readProject(root)).name).toBe("unnamed");
});

test("a path that leads through a file, or is too long, is told in words, too", () => {
    expect(findObstacle(at("key.txt/in"))).toBe("ENOTDIR");
    expect(findObstacle(at("x".repeat(300)))).toBe("ENAMETOOLONG");
});

test("a folder is created with those around it, and one that no system creates is refused instead of tried for ever", async () => {
    await createFolder(at("one/two/three"), 0o700);
    await createFolder(at("one/two/three"));
    expect(statSync(at("one/two/three")).mode & 0o777).toBe(0o700);
    await expect(createFolder("/proc/none/at/all")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(createFolder(at("key.txt/in"))).rejects.toMatchObject({ code: "ENOTDIR" });
});
