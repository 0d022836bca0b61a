import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Target, TestDatabase } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Gives a fresh database with every migration, view and trigger of this repository in it, and no rows of content. */
export async function createDeployedDatabase(target: Target): Promise<TestDatabase> {
    const database = await target.createDatabase();
    await database.client.executeMultiple(readSchemaScript());
    return database;
}

function readSchemaScript(): string {
    const migrations = readFolder("migrations").filter((name) => /^\d+\.do\.[^/]+\.sql$/.test(path.basename(name)));
    const files = [...migrations, ...readFolder("views"), ...readFolder("triggers")];
    return ["BEGIN IMMEDIATE;", ...files.map((file) => readFileSync(file, "utf8")), "COMMIT;"].join("\n");
}

function readFolder(name: string): string[] {
    const folder = path.join(ROOT, name);
    return readdirSync(folder)
        .filter((file) => file.endsWith(".sql"))
        .sort()
        .map((file) => path.join(folder, file));
}
