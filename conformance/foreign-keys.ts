import { type Assumption, mustEqual, refuses, returns } from "./assumption.ts";

const family = [
    "CREATE TABLE schema_probe_parent (id TEXT PRIMARY KEY, note TEXT) STRICT",
    "CREATE TABLE schema_probe_child (parent TEXT REFERENCES schema_probe_parent (id)) STRICT",
    "INSERT INTO schema_probe_parent VALUES ('a', 'old')",
    "INSERT INTO schema_probe_child VALUES ('a')",
];

const orphan = "INSERT INTO schema_probe_child VALUES ('missing')";
const isOn = "SELECT foreign_keys FROM pragma_foreign_keys";
const checkOff = "INSERT INTO schema_probe_off SELECT foreign_keys = 0 FROM pragma_foreign_keys";

/** Foreign keys, and table rebuilds with foreign keys off. */
export const foreignKeyAssumptions: readonly Assumption[] = [
    {
        name: "foreign keys are on without being asked for",
        why: "no row may refer to a missing one",
        attempt: async (lab) => {
            mustEqual(await lab.value(isOn), 1, "pragma_foreign_keys");
            await refuses([...family, orphan])(lab);
        },
    },
    {
        name: "PRAGMA foreign_keys = OFF before BEGIN switches them off inside the script",
        why: "a table is rebuilt that way; with foreign keys on, dropping it would take or block its child rows",
        attempt: (lab) =>
            lab.run(
                `CREATE TABLE schema_probe_off (keys_off INTEGER CHECK (keys_off));
                ${checkOff};
                DROP TABLE schema_probe_off;`,
                { foreignKeysOff: true },
            ),
    },
    {
        name: "foreign keys are on again in the next request",
        why: "the next writer must not bypass them, even after a failed rebuild",
        attempt: async (lab) => {
            await lab.run("SELECT 1", { foreignKeysOff: true });
            mustEqual(await lab.value(isOn), 1, "after a script that ran");
            await lab.refused(lab.run("SELECT * FROM schema_probe_missing", { foreignKeysOff: true }));
            mustEqual(await lab.value(isOn), 1, "after a script that failed");
        },
    },
    {
        name: "a trial may have foreign keys off",
        why: "it finds the failing line of a rebuild",
        attempt: async (lab) => {
            const make = "CREATE TABLE schema_probe_off (keys_off INTEGER CHECK (keys_off))";
            await lab.inside([make, checkOff], isOn, { foreignKeysOff: true });
        },
    },
    {
        name: "pragma_foreign_key_check can be queried, and sees uncommitted rows",
        why: "each run checks before COMMIT that it leaves no dangling reference",
        attempt: async (lab) => {
            const check = `SELECT "table", parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2`;
            const found = await lab.inside([...family, orphan], check, { foreignKeysOff: true });
            mustEqual(found, [{ table: "schema_probe_child", parent: "schema_probe_parent", n: 1 }], "violations");
        },
    },
    {
        name: "a rebuilt table keeps its child rows, and they still refer to it",
        why: "a rebuild drops the old table and renames the new one: children must follow the name",
        attempt: async (lab) => {
            await lab.run(
                `${family.join(";\n")};
                CREATE TABLE schema_probe_parent_new (id TEXT PRIMARY KEY, note TEXT, more TEXT) STRICT;
                INSERT INTO schema_probe_parent_new SELECT id, note, NULL FROM schema_probe_parent;
                DROP TABLE schema_probe_parent;
                ALTER TABLE schema_probe_parent_new RENAME TO schema_probe_parent;`,
                { foreignKeysOff: true },
            );
            mustEqual(await lab.value("SELECT count(*) FROM schema_probe_child"), 1, "child rows");
            const parents = await lab.query(
                `SELECT "table" AS parent FROM pragma_foreign_key_list('schema_probe_child')`,
            );
            mustEqual(parents, [{ parent: "schema_probe_parent" }], "references");
            await lab.refused(`${orphan};`);
        },
    },
    {
        name: "dropping a table whose rows are referred to is refused while foreign keys are on",
        why: "a rebuild by hand fails instead of deleting child rows",
        attempt: async (lab) => {
            const make = family.map((sql) => sql.replaceAll("schema_probe_", "schema_probe_kept_"));
            await lab.run(make.join("; "));
            await lab.refused("DROP TABLE schema_probe_kept_parent");
            mustEqual(await lab.count("kept_parent"), 1, "the table");
        },
    },
    {
        name: "INSERT OR REPLACE of a row keeps the rows that refer to it",
        why: "applications save rows that way, and referring rows must stay",
        attempt: returns(
            [...family, "INSERT OR REPLACE INTO schema_probe_parent VALUES ('a', 'new')"],
            "SELECT count(*) AS n FROM schema_probe_child",
            [{ n: 1 }],
        ),
    },
];
