import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand, startScript } from "./command.ts";

let directory: string;
let script: string;

beforeEach(async () => {
    directory = await realpath(await mkdtemp(path.join(tmpdir(), "run-test-")));
    script = path.join(directory, "script.mts");
});

afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true, force: true });
});

test("gives the exit code and both streams", async () => {
    await writeFile(script, `console.log("out", process.argv[2]); console.error("err"); process.exitCode = 3;`);
    const result = await startScript(script, ["word"], {}).result;
    expect(result).toEqual({ code: 3, signal: null, stdout: "out word\n", stderr: "err\n" });
});

test("hands on what is meant for stdin", async () => {
    await writeFile(script, "process.stdin.pipe(process.stdout);");
    expect((await startScript(script, [], { input: "yes\n" }).result).stdout).toBe("yes\n");
    expect((await startScript(script, [], {}).result).stdout).toBe("");
});

test("shows a command nothing of the caller's environment", async () => {
    vi.stubEnv("TURSO_DATABASE_URL", "libsql://example.turso.io");
    vi.stubEnv("TURSO_AUTH_TOKEN", "secret");
    vi.stubEnv("NO_COLOR", "1");
    vi.stubEnv("CI", "true");
    await writeFile(script, "console.log(JSON.stringify({ ...process.env, cwd: process.cwd() }));");
    const result = await startScript(script, [], { env: { EXTRA: "1" } }).result;
    const seen: Record<string, string> = JSON.parse(result.stdout);
    // What a system gives to every process, or faketime does, is not the caller's.
    const listNames = ["-p", "JSON.stringify(Object.keys(process.env))"];
    const given: string[] = JSON.parse((await promisify(execFile)(process.execPath, listNames, { env: {} })).stdout);
    expect(Object.keys(seen).sort()).toEqual([...given, "EXTRA", "HOME", "PATH", "TMPDIR", "cwd"].sort());
    expect(seen.HOME).not.toBe(process.env.HOME);
    expect(existsSync(seen.cwd ?? "")).toBe(false);
});

test("can be killed while it runs", async () => {
    await writeFile(script, `console.log("begun"); setInterval(() => undefined, 1000);`);
    const running = startScript(script, [], {});
    await expect.poll(() => running.printed().stdout, { timeout: 20_000 }).toBe("begun\n");
    running.kill("SIGKILL");
    expect(await running.result).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("looks for a command in scripts/", async () => {
    const result = await runCommand("no:such");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(path.join("scripts", "no-such.ts"));
});

test.each(["libsql://example.turso.io", "https://127.0.0.1.example.com", "not a URL"])("refuses %s", (address) => {
    for (const name of ["TURSO_DATABASE_URL", "TURSO_DATABASE_URL_RO"]) {
        expect(() => runCommand("no:such", [], { env: { [name]: address } })).toThrow("is refused");
    }
});

test("refuses a folder whose .env names a server elsewhere", async () => {
    await writeFile(path.join(directory, ".env"), "TURSO_DATABASE_URL=libsql://example.turso.io\n");
    expect(() => runCommand("no:such", [], { cwd: directory })).toThrow("'example.turso.io' is refused");
});
