import { type FoundFiles, type SqlFile, withUndo } from "../planning/files.ts";
import type { Problem } from "../planning/problems.ts";
import { followFiles, type KnownSchema } from "../schema/known-schema.ts";
import { readComment } from "../sql/create-table.ts";
import { listSqlFolder } from "../sql/documented/folder.ts";
import { readFact } from "../sql/statement-facts.ts";
import { readAllTokens, type Statement } from "../sql/statements.ts";

/**
 * Finds indexes whose comments name a query, a view, a table or a column that does not exist: as `queries/name.sql`, as
 * a file name, as words joined by underscores, or as those of a query by hyphens.
 */
export async function findUnknownQueries(root: string, found: FoundFiles): Promise<Problem[]> {
    const migrations = found.sets.flatMap((set) => set.migrations);
    const schema = followFiles(migrations);
    const folders = ["queries", ...found.sets.slice(1).map(({ name }) => `queries/${name}`)] as const;
    const listed = await Promise.all(folders.map((folder) => listSqlFolder(root, folder as "queries")));
    const paths = [...listed.flat(), ...listPaths(found)].map((path) => path.toLowerCase());
    const known = new Set([
        ...listNames(schema, found),
        ...paths.flatMap((path) => [path, fileOf(path), fileOf(path).replace(/\.sql$/, "")]),
    ]);
    return migrations.flatMap(({ path, statements }) =>
        statements.flatMap((statement) => {
            const fact = readFact(statement);
            const index = fact.does === "create" && fact.type === "index" ? fact.name : undefined;
            if (index === undefined || schema.parts.get(index.toLowerCase())?.statement !== statement) return [];
            return findNamed(statement)
                .filter((name) => !known.has(name.toLowerCase()))
                .map((name) => ({
                    rule: "index-query",
                    path,
                    line: statement.line,
                    message: `the comment of the index '${index}' names '${name}', which does not exist`,
                    remedy: "correct the name in the comment, or remove the index if nothing needs it; comments of applied files may change",
                }));
        }),
    );
}

function findNamed(statement: Statement): string[] {
    const comments = readAllTokens(statement).filter((token) => token.kind === "comment" && !/lint:/.test(token.text));
    const text = comments.map(readComment).join(" ");
    const named = [...text.matchAll(/[\w/-]+\.sql\b|\b[a-z]\w*_\w+\b(?!\()/g)]
        .map(([name]) => name)
        .filter((name) => !/^(sqlite|json|pragma)_/.test(name));
    return [...named, ...findQueryNames(text)];
}

// Words of two parts are names only where one is expected; prose has them too.
function findQueryNames(text: string): string[] {
    const name = "[a-z\\d]+(?:-[a-z\\d]+)+(?![\\w/-]|\\.\\w)";
    const lists = text.matchAll(new RegExp(`\\b(?:query|queries|serves):? ${name}(?:(?:,| and|, and) ${name})*`, "gi"));
    const after = [...lists].flatMap(([list]) => list.match(/[a-z\d]+(?:-[a-z\d]+)+/gi) ?? []);
    const long = text.match(/(?<![\w/-])[a-z\d]+(?:-[a-z\d]+){2,}(?![\w/-]|\.\w)/gi) ?? [];
    return [...new Set([...after, ...long])];
}

function listNames({ tables, parts }: KnownSchema, { sets }: FoundFiles): string[] {
    const columns = [...tables.values()].flatMap((table) => table.columns.map(({ name }) => name.toLowerCase()));
    const objects = sets.flatMap((set) => set.objects.map(({ name }) => name.toLowerCase()));
    return [...tables.keys(), ...columns, ...parts.keys(), ...objects];
}

function listPaths({ sets }: FoundFiles): string[] {
    const files = sets.flatMap(({ migrations, objects }): SqlFile[] => [...migrations.flatMap(withUndo), ...objects]);
    return files.map(({ path }) => path);
}

function fileOf(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}
