import { documentsScreen } from "../../src/console/documents/screen.tsx";
import { growthScreen } from "../../src/console/growth/screen.tsx";
import { healthScreen } from "../../src/console/health/screen.tsx";
import type { ConsoleSite } from "../../src/console/site.ts";
import { stateScreen } from "../../src/console/state/screen.tsx";
import { documentSite } from "../documents.ts";
import { contents } from "./contents.tsx";

/** The console of this site. */
export const consoleSite: ConsoleSite = {
    documents: documentSite,
    screens: [stateScreen(contents), growthScreen, healthScreen, documentsScreen],
    masked: [{ table: "users", column: "password" }],
    search: { path: "/questions", label: "Search questions" },
    pathOf: (table, key) => (table === "questions" ? `/questions/${encodeURIComponent(key)}` : undefined),
};
