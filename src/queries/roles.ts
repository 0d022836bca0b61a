import type { Argument, JsonList, Query } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { bindNames, readQueries } from "./files.ts";

/** Statements of a feature, each by what it is for: a site says which file of `queries/` has which role. */
export type Roles<Role extends string> = (role: Role, values?: Readonly<Record<string, Argument | JsonList>>) => Query;

/**
 * Reads the documented statements that a site gives a feature; the result binds values to one of them.
 *
 * @param names the name of the file of each role, without `.sql`
 * @param sets the optional migration sets whose folders have them; `undefined` for `queries/` itself
 * @throws AppError `invalid-files`
 */
export async function readRoles<Role extends string>(
    root: string,
    names: Readonly<Record<Role, string>>,
    sets: readonly (string | undefined)[] = [undefined],
): Promise<Roles<Role>> {
    const files = (await Promise.all(sets.map((set) => readQueries(root, set)))).flat();
    for (const name of Object.values<string>(names)) {
        if (files.some((file) => file.name === name)) continue;
        throw new AppError("invalid-files", `the statement ${name}.sql is missing in queries/`, {
            hint: "restore it: `git checkout -- queries`",
        });
    }
    return (role, values = {}) => {
        const sql = files.find(({ name }) => name === names[role])?.sql ?? "";
        return bindNames<Argument | JsonList>(sql, values);
    };
}
