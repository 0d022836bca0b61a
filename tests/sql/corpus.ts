/** A script, and the statements that SQLite finds in it. */
export interface Sample {
    readonly name: string;
    readonly script: string;
    readonly statements: readonly string[];
}

const trigger =
    "CREATE TRIGGER log AFTER UPDATE ON t BEGIN\n" +
    "    UPDATE t SET a = CASE WHEN NEW.a = ';' THEN 'END' ELSE 'x' END WHERE id = NEW.id;\n" +
    "    INSERT INTO t (a) SELECT CASE NEW.a WHEN 1 THEN CASE WHEN 1 THEN ';' END END WHERE 0;\n" +
    "END";

/** Scripts that a splitter can get wrong. They run over a table t (id, a). */
export const samples: readonly Sample[] = [
    { name: "a trigger with several statements and CASE … END", script: `${trigger};`, statements: [trigger] },
    {
        name: "statements after a trigger",
        script: `${trigger};\nSELECT 1;\nDROP TRIGGER log;`,
        statements: [trigger, "SELECT 1", "DROP TRIGGER log"],
    },
    {
        name: "a trigger whose last line is END without a semicolon",
        script: `SELECT 1;\n${trigger}`,
        statements: ["SELECT 1", trigger],
    },
    {
        name: "a comment between CREATE and TRIGGER",
        script: "CREATE /* ; */ TRIGGER -- ;\nlog AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
        statements: ["CREATE /* ; */ TRIGGER -- ;\nlog AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END", "SELECT 3"],
    },
    {
        name: "EXPLAIN CREATE TRIGGER",
        script: "EXPLAIN CREATE TRIGGER log AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
        statements: ["EXPLAIN CREATE TRIGGER log AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END", "SELECT 3"],
    },
    {
        name: "EXPLAIN QUERY PLAN CREATE TRIGGER",
        script: "EXPLAIN QUERY PLAN CREATE TRIGGER log AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
        statements: [
            "EXPLAIN QUERY PLAN CREATE TRIGGER log AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END",
            "SELECT 3",
        ],
    },
    {
        name: "lower case, IF NOT EXISTS and a quoted name that is a keyword",
        script: 'create trigger if not exists "end" after insert on t begin select 1; end; select 2;',
        statements: ['create trigger if not exists "end" after insert on t begin select 1; end', "select 2"],
    },
    {
        name: "semicolons in literals and in names of every quoting",
        script: `SELECT 'a;b', 'it''s;', x'3b' AS "c;d", 1 AS [e;f], 2 AS \`g;h\`, '' AS "i""j;"; SELECT ';';`,
        statements: [`SELECT 'a;b', 'it''s;', x'3b' AS "c;d", 1 AS [e;f], 2 AS \`g;h\`, '' AS "i""j;"`, "SELECT ';'"],
    },
    {
        name: "comment signs in literals, quotes in comments",
        script: "SELECT '--', '/*'; -- it's; \"so\"\nSELECT 1 /* 'a; */; /* ; */ SELECT 2 -- end",
        statements: ["SELECT '--', '/*'", "SELECT 1", "SELECT 2"],
    },
    {
        name: "comments that hold comment signs",
        script: "/* -- */ SELECT 1; -- /* \nSELECT 2; /* /* */ SELECT 3; /**/ SELECT 4; /***/ SELECT 5;",
        statements: ["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "SELECT 5"],
    },
    { name: "empty statements", script: ";;\n ; -- c\n;SELECT 1;;;/* c */;", statements: ["SELECT 1"] },
    { name: "nothing but comments", script: "-- a\n/* b; */\n", statements: [] },
    { name: "a missing last semicolon", script: "SELECT 1;\nSELECT 2", statements: ["SELECT 1", "SELECT 2"] },
    { name: "a last comment without a line end", script: "SELECT 1; -- the end", statements: ["SELECT 1"] },
    {
        name: "operators made of comment and slash signs",
        script: "SELECT 4 / 2, 1 - -1, 2 * 3, '{\"a\":1}' -> '$.a', '{}' ->> '$.a', 'a' || 'b', 1 << 2, 3 <> 4;",
        statements: ["SELECT 4 / 2, 1 - -1, 2 * 3, '{\"a\":1}' -> '$.a', '{}' ->> '$.a', 'a' || 'b', 1 << 2, 3 <> 4"],
    },
    {
        name: "numbers, blobs and names beyond ASCII",
        script: "SELECT 0x1F, 1e3, .5, 5., 1.5E-3, x'00fF' AS größe, '😀;' AS \"😀\"; SELECT 2;",
        statements: ["SELECT 0x1F, 1e3, .5, 5., 1.5E-3, x'00fF' AS größe, '😀;' AS \"😀\"", "SELECT 2"],
    },
    {
        name: "a form feed and tabs as white space",
        script: "SELECT\f1\t;\tSELECT\f2;",
        statements: ["SELECT\f1", "SELECT\f2"],
    },
    {
        name: "a column named begin and one named end",
        script: 'CREATE TABLE w ("begin" TEXT, "end" TEXT); DROP TABLE w;',
        statements: ['CREATE TABLE w ("begin" TEXT, "end" TEXT)', "DROP TABLE w"],
    },
    {
        name: "libSQL's own ALTER COLUMN and RANDOM ROWID",
        script: "CREATE TABLE w (a TEXT) RANDOM ROWID; ALTER TABLE w ALTER COLUMN a TO a TEXT NOT NULL; DROP TABLE w;",
        statements: [
            "CREATE TABLE w (a TEXT) RANDOM ROWID",
            "ALTER TABLE w ALTER COLUMN a TO a TEXT NOT NULL",
            "DROP TABLE w",
        ],
    },
];
