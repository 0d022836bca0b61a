import { AppError } from "../errors.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import type { ToolMarker } from "../sql/tool-markers.ts";
import { type FoundFiles, type ObjectFile, type SqlFile, withUndo } from "./files.ts";
import { findMisplaced, findRefusal, type Refusal } from "./refusals.ts";
import { explainBackup, explainDuplicates, explainMigrationNames, findOriginal, toImport } from "./renaming.ts";
import { readStructure } from "./structure.ts";

/** A problem of the files that must be fixed before anything is sent. */
export interface Problem {
    /** Its id in `pnpm db:lint --rules`; undefined where it depends on the database. */
    readonly rule?: string;
    readonly path: string;
    readonly line?: number;
    readonly message: string;
    readonly remedy: string;
}

/** Validates the files without a database. */
export function findFileProblems(found: FoundFiles): Problem[] {
    const core = found.sets[0];
    const problems: Problem[] = [];
    const isMigration = (path: string): boolean => /^migrations\/.*[^/]$/.test(path);
    const migrations = found.unrecognised.filter(isMigration);
    if (core && core.migrations.length === 0 && migrations.length === 0) {
        problems.push({
            rule: "file-name",
            path: "migrations/",
            message: "there are no migrations",
            remedy: "run the command in the project's folder, or create the first one with `pnpm db:new <name>`",
        });
    }
    const named = [
        ...explainMigrationNames(found, migrations),
        ...explainDuplicates(found),
        ...found.unrecognised.filter((path) => !isMigration(path)).map((path) => explainUnrecognised(path, found)),
    ];
    problems.push(...named.map((problem) => ({ rule: "file-name", ...problem })));
    for (const path of found.orphans) {
        problems.push({
            rule: "file-name",
            path,
            message: "undoes a migration that does not exist",
            remedy: "restore its do file, or delete it",
        });
    }
    for (const set of found.sets) {
        for (const file of set.migrations) {
            for (const part of withUndo(file)) {
                const { rebuilt } = readStructure(part.statements);
                const isUndo = part !== file;
                problems.push(
                    ...findSqlProblems(part, (statement) =>
                        findMisplaced(statement, { set, rebuilt, isUndo, isPlain }),
                    ),
                );
            }
        }
        for (const object of set.objects) {
            const original = findOriginal(object.path, found);
            const own = original === undefined ? findObjectProblems(object) : [explainBackup(object.path, original)];
            problems.push(...findSqlProblems(object), ...own);
        }
    }
    problems.push(...findNameClashes(found.sets.flatMap((set) => set.objects)));
    return problems;
}

/**
 * Makes one error of all problems, each with its place and remedy.
 *
 * @param outcome what the command did not do: `Nothing was applied.`; undefined for one that only reads
 */
export function refuseFiles(problems: readonly Problem[], outcome?: string): AppError {
    // A remedy of several problems stands once, below the last.
    const details = problems.flatMap(({ path, line, message, remedy }, at) => [
        `${path}${line === undefined ? "" : `:${line}`}: ${message}`,
        ...(problems[at + 1]?.remedy === remedy ? [] : remedy.split("\n").map((text) => `    ${text}`)),
    ]);
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    return new AppError("invalid-files", `the SQL files have ${count}`, { details, outcome });
}

function explainUnrecognised(path: string, found: FoundFiles): Problem {
    if (path.endsWith("/")) {
        return {
            path,
            message: "is not the folder of a migration set, so its files would be silently ignored",
            remedy: /^migrations\/\d/.test(path)
                ? toImport
                : "name a set's folders migrations/<name>, views/<name> and triggers/<name>, in lower case",
        };
    }
    const original = findOriginal(path, found);
    if (original !== undefined) return explainBackup(path, original);
    const [, folder = ""] = /^(.*\/)/.exec(path) ?? [];
    return {
        path,
        message: "would be silently ignored",
        remedy: `name it ${folder}<name>.sql, as the object that it creates, or move it elsewhere`,
    };
}

/** The rule that a file without a statement breaks. */
export const noStatement = "no-statement";

function findSqlProblems(
    file: SqlFile,
    findMore: (statement: Statement) => Refusal | undefined = () => undefined,
): Problem[] {
    const { path, open } = file;
    if (open) {
        const what = open.kind === "comment" ? "comment" : open.kind === "string" ? "literal" : "quoted name";
        const message = `this ${what} is never closed`;
        return [{ rule: "open-text", path, line: open.line, message, remedy: "close it" }];
    }
    if (file.sql.includes("\0")) {
        return [{ rule: "nul-character", path, message: "contains a NUL character", remedy: "remove it" }];
    }
    if (file.markers) return explainMarkers(file, file.markers);
    if (file.statements.length === 0) {
        return [{ rule: noStatement, path, message: "has no statement", remedy: adviseOnEmpty(path) }];
    }
    return file.statements.flatMap((statement) => {
        const refusal = findRefusal(statement) ?? findMore(statement);
        return refusal ? [{ path, line: statement.line, ...refusal }] : [];
    });
}

// SQLite takes the marker for a comment, so that both directions would run, one after the other.
function explainMarkers({ path, statements }: SqlFile, markers: readonly ToolMarker[]): Problem[] {
    const describe = ({ tool, token }: ToolMarker): Pick<Problem, "rule" | "path" | "line" | "message"> => {
        const message = `'${token.text.trim()}' is an instruction to ${tool} and here only a comment`;
        return { rule: "tool-marker", path, line: token.line, message };
    };
    const down = markers.find(({ begins }) => begins === "down");
    const isBelow = down && statements.map(({ line }) => line > down.token.line);
    if (!down || !isBelow?.includes(true) || !isBelow.includes(false)) {
        return markers.map((marker) => ({ ...describe(marker), remedy: "remove the line" }));
    }
    const problem = describe(down);
    const undo = path.replace(/\.do\./, ".undo.");
    const split =
        undo === path
            ? "keep only what belongs in this file, without the markers"
            : `move what stands below it to ${undo}, and remove the markers from both files`;
    const remedy = `${split}; \`pnpm db:new --import <folder>\` splits a folder of dbmate, goose or sql-migrate files`;
    return [{ ...problem, message: `${problem.message}, so what stands below it would run too`, remedy }];
}

// Without its do file, an undo file is refused too.
function adviseOnEmpty(path: string): string {
    if (!path.startsWith("migrations/")) return "write one, or delete the file";
    const which = path.includes(".undo.")
        ? "delete the file, so that a rollback stops here"
        : "delete it with its undo file";
    return `write one (\`SELECT 1;\` does nothing on purpose), or ${which}`;
}

const objectFile = "object-file";
/** The names that a view or trigger with a file may have. */
export const plainName = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const isPlain = (name: string): boolean => plainName.test(name);

function findObjectProblems(file: ObjectFile): Problem[] {
    const { path } = file;
    const [first, second] = file.statements;
    if (!first) return [];
    if (!plainName.test(file.name)) {
        const message = `the name of a ${file.type} may have letters, digits, _ and $, and may not begin with a digit`;
        return [{ rule: objectFile, path, message, remedy: `rename the file and the ${file.type}` }];
    }
    const fact = readFact(first);
    const remedy = `write one statement into it: CREATE ${file.type.toUpperCase()} ${file.name} …`;
    if (fact.does !== "create" || fact.type !== file.type) {
        return [{ rule: objectFile, path, line: first.line, message: `does not create a ${file.type}`, remedy }];
    }
    if (fact.name !== file.name) {
        const message = `creates the ${file.type} '${fact.name}', but the file is named '${file.name}'`;
        return [{ rule: objectFile, path, line: first.line, message, remedy }];
    }
    return second ? [{ rule: objectFile, path, line: second.line, message: "has a second statement", remedy }] : [];
}

function findNameClashes(objects: readonly ObjectFile[]): Problem[] {
    const seen = new Map<string, string>();
    return objects.flatMap(({ name, path }) => {
        const key = name.toLowerCase();
        const first = seen.get(key);
        seen.set(key, first ?? path);
        const message = `has the same name as ${first}`;
        return first ? [{ rule: objectFile, path, message, remedy: "rename one of them" }] : [];
    });
}
