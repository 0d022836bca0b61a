import { diagramScreen } from "../../src/console/diagram/screen.tsx";
import { documentsScreen } from "../../src/console/documents/screen.tsx";
import { growthScreen } from "../../src/console/growth/screen.tsx";
import { healthScreen } from "../../src/console/health/screen.tsx";
import type { ConsoleSite } from "../../src/console/site.ts";
import { sqlScreen } from "../../src/console/sql/screen.tsx";
import { stateScreen } from "../../src/console/state/screen.tsx";
import { tablesScreen } from "../../src/console/tables/screen.ts";
import { documentSite } from "../documents.ts";
import { contents } from "./contents.tsx";
import { questionsScreen } from "./questions/screen.ts";
import { workScreen } from "./work/screen.tsx";

/** The console of this site. */
export const consoleSite: ConsoleSite = {
    documents: documentSite,
    screens: [
        stateScreen(contents),
        questionsScreen,
        tablesScreen,
        diagramScreen,
        workScreen,
        growthScreen,
        healthScreen,
        sqlScreen,
        documentsScreen,
    ],
    masked: [{ table: "users", column: "password" }],
    search: { path: "/questions", label: "Search questions" },
    pathOf: (table, key) => (table === "questions" ? `/questions/${encodeURIComponent(key)}` : undefined),
};
