/** Imports point one way: scripts → seeds → src, and inside src from the commands down to the database. */
const forbid = (name, comment, from, to) => ({
    name,
    comment,
    severity: "error",
    from: { path: from },
    to: { path: to },
});

export default {
    forbidden: [
        {
            name: "no-circle",
            severity: "error",
            from: {},
            to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
        },
        forbid(
            "src-stands-alone",
            "src is the core; seeds and scripts use it",
            "^src/",
            "^(seeds|scripts|tests|bench)/",
        ),
        forbid("seeds-below-scripts", "scripts call seeds, never the other way", "^seeds/", "^(scripts|tests|bench)/"),
        forbid("scripts-are-leaves", "a command is never imported", "^(src|seeds|tests|scripts)/", "^scripts/"),
        forbid(
            "database-at-the-bottom",
            "the database layer knows nothing above it",
            "^src/database/",
            "^src/(?!database/|errors\\.ts)",
        ),
        forbid(
            "sql-files-know-no-folder",
            "what reads one kind of documented SQL builds on it",
            "^src/sql-files/",
            "^src/(?!sql-files/|database/|errors\\.ts)",
        ),
        forbid(
            "migrations-print-nothing",
            "commands print",
            "^src/(migrations|schema|seeding)/",
            "^src/(cli|commands|output)",
        ),
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: { extensions: [".ts", ".js"] },
    },
};
