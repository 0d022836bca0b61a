import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface SqlFile {
    /** Such as `create-users`'s `001.do.create-users.sql`. */
    name: string;
    path: string;
    text: string;
}

/** Reads the SQL files of one of the folders migrations, views and triggers, in the order of their names. */
export function readSqlFiles(folder: "migrations" | "views" | "triggers"): SqlFile[] {
    const directory = new URL(`../../${folder}/`, import.meta.url);
    return readdirSync(directory)
        .filter((name) => name.endsWith(".sql"))
        .sort()
        .map((name) => {
            const path = fileURLToPath(new URL(name, directory));
            return { name, path, text: readFileSync(path, "utf8") };
        });
}

/** The migrations of one direction. */
export function readMigrations(direction: "do" | "undo"): SqlFile[] {
    return readSqlFiles("migrations").filter((file) => file.name.split(".")[1] === direction);
}
