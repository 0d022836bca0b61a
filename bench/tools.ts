import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertLocal } from "../tests/support/local.ts";
import type { Project } from "./projects.ts";

export interface Address {
    url: string;
    authToken: string;
}

/** A way to deploy a project. */
export interface Tool {
    name: string;
    /** Arguments of node. */
    arguments: (address: Address) => string[];
    environment: (address: Address) => Record<string, string>;
    /** Writes what the tool reads its address from, if that is a file. */
    prepare?: (project: Project, address: Address) => Promise<void>;
}

const require = createRequire(import.meta.url);
const tsx = ["--import", pathToFileURL(require.resolve("tsx")).href];
const fileOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const ours: Tool = {
    name: "db:push",
    arguments: () => [...tsx, fileOf("../scripts/db-push.ts"), "--yes"],
    environment: ({ url, authToken }) => ({ TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: authToken }),
};

export const drizzleKit: Tool = {
    name: "drizzle-kit migrate",
    arguments: () => [fileOf("node_modules/drizzle-kit/bin.cjs"), "migrate", "--config", "drizzle.config.json"],
    environment: () => ({}),
    prepare: (project, dbCredentials) =>
        writeFile(
            path.join(project.directory, "drizzle.config.json"),
            JSON.stringify({ dialect: "turso", out: "./drizzle", dbCredentials }),
        ),
};

export const postgrator: Tool = {
    name: "stock postgrator",
    arguments: ({ url, authToken }) => [...tsx, fileOf("stock-postgrator.ts"), url, authToken],
    environment: () => ({}),
};

export const tools: readonly Tool[] = [ours, drizzleKit, postgrator];

/**
 * Deploys a project with a tool as a process of its own, and returns the milliseconds from its start to its end.
 * Throws with what the tool printed when it fails, and before anything runs when the address is not local.
 */
export async function deploy(tool: Tool, project: Project, address: Address): Promise<number> {
    assertLocal(address.url);
    await tool.prepare?.(project, address);
    const began = performance.now();
    const child = spawn(process.execPath, tool.arguments(address), {
        cwd: project.directory,
        env: { PATH: process.env.PATH, HOME: project.directory, TMPDIR: tmpdir(), ...tool.environment(address) },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
            printed += text;
        });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`${tool.name} ended with exit code ${code}:\n${printed}`);
    return performance.now() - began;
}
