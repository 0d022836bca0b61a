/**
 * Imports point one way: scripts → site → app → seeds → src, and inside src from a folder only to those below it.
 * CONTRIBUTING.md tells what each folder is for.
 */

/** The floors of src/, the lowest first. A folder imports itself and the floors below; the features are one floor. */
const floors = [
    ["text"],
    ["sql"],
    ["database"],
    ["server"],
    ["schema"],
    ["queries"],
    ["planning"],
    "features",
    ["cli"],
    ["console"],
];
const features = [
    "migrations",
    "loading",
    "backup",
    "lint",
    "importing",
    "doctor",
    "maintenance",
    "statistics",
    "explain",
    "documents",
    "drift",
    "generated",
    "adoption",
    "rehearsal",
    "search",
    "queue",
    "model",
    "sandbox",
];
/** The few features that build on others. */
const mayUse = { rehearsal: ["migrations", "backup", "lint"], adoption: ["migrations"] };

const folders = floors.flatMap((floor, at) =>
    (floor === "features" ? features : floor).map((folder) => ({
        folder,
        below: floors.slice(0, at).flatMap((other) => (other === "features" ? features : other)),
        also: mayUse[folder] ?? [],
    })),
);

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
    forbidden: [
        forbid("no-circle", "also of types alone", {}, { circular: true }),
        forbid(
            "every-folder-has-a-floor",
            "a new folder of src/ is listed above, on its floor",
            { path: "^src/", pathNot: `^src/([^/]+\\.ts|(${folders.map(({ folder }) => folder).join("|")})/)` },
            {},
        ),
        ...folders.map(({ folder, below, also }) =>
            forbid(
                `floor-of-${folder}`,
                `src/${folder}/ imports only what is below it`,
                { path: `^src/${folder}/` },
                {
                    path: "^src/",
                    pathNot: `^src/((errors|redaction)\\.ts|(${[folder, ...below, ...also].join("|")})/)`,
                },
            ),
        ),
        forbid("errors-below-all", "every floor throws them", { path: "^src/errors\\.ts$" }, { path: "^src/" }),
        forbid(
            "redaction-below-all",
            "every floor quotes servers",
            { path: "^src/redaction\\.ts$" },
            { path: "^src/" },
        ),
        forbid(
            "src-stands-alone",
            "src is the core; what knows this site uses it",
            { path: "^src/" },
            { path: "^(site|starter|app|seeds|scripts|conformance|tests|bench)/" },
        ),
        forbid("seeds-below-app", "app uses seeds", { path: "^seeds/" }, { path: "^(site|app|scripts|tests|bench)/" }),
        forbid("app-below-scripts", "scripts call app", { path: "^app/" }, { path: "^(site|scripts|tests|bench)/" }),
        forbid(
            "site-joins-both",
            "what every schema has reaches the site's files through site/ only",
            { path: "^scripts/", pathNot: "^scripts/(bot|vector|db-migrate)-" },
            { path: "^(app|seeds)/" },
        ),
        forbid(
            "starter-knows-src",
            "it becomes another project's site/",
            { path: "^starter/" },
            { pathNot: "^(src|starter)/|node_modules/" },
        ),
        forbid("scripts-are-leaves", "a command is never imported", {}, { path: "^scripts/" }),
        forbid(
            "drivers-in-database",
            "only src/database/ talks to libSQL",
            { path: "^(src|site|starter|app|seeds|scripts|conformance)/", pathNot: "^src/database/" },
            { path: "node_modules/(libsql|@libsql)/" },
        ),
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(bench|checkers|encoder)/" },
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js"] },
    },
};
