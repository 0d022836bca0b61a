import type { Argument, JsonList, Query } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { bindNames, type DocumentedQuery, readQueries } from "./files.ts";

/** Statements of a feature, each by what it is for: a site says which file of `queries/` has which role. */
export type Roles<Role extends string> = (role: Role, values?: Readonly<Record<string, Argument | JsonList>>) => Query;

/** Finds the file of a role. @throws AppError `invalid-files` where it is missing */
export type RoleFiles<Role extends string> = (role: Role) => DocumentedQuery;

/**
 * Reads the files of the documented statements that a site gives a feature.
 *
 * @param names the name of the file of each role, without `.sql`
 * @param sets the optional migration sets whose folders have them; `undefined` for `queries/` itself
 * @throws AppError `invalid-files`
 */
export async function readRoleFiles<Role extends string>(
    root: string,
    names: Readonly<Record<Role, string>>,
    sets: readonly (string | undefined)[] = [undefined],
): Promise<RoleFiles<Role>> {
    const files = (await Promise.all(sets.map((set) => readQueries(root, set)))).flat();
    return (role) => {
        const name = names[role];
        const file = files.find((query) => query.name === name);
        if (file) return file;
        const [set] = sets;
        throw new AppError("invalid-files", `the statement ${name}.sql is missing in queries/${set ? `${set}/` : ""}`, {
            hint: "restore it: `git checkout -- queries`",
        });
    };
}

/** The same, with all files there; the result binds values to one of the statements. @throws AppError `invalid-files` */
export async function readRoles<Role extends string>(
    ...[root, names, sets]: Parameters<typeof readRoleFiles<Role>>
): Promise<Roles<Role>> {
    const find = await readRoleFiles(root, names, sets);
    for (const role of Object.keys(names) as Role[]) find(role);
    return (role, values = {}) => bindNames<Argument | JsonList>(find(role).sql, values);
}
