import { diagramScreen } from "../src/console/diagram/screen.tsx";
import { documentsScreen } from "../src/console/documents/screen.tsx";
import { growthScreen } from "../src/console/growth/screen.tsx";
import { healthScreen } from "../src/console/health/screen.tsx";
import type { ConsoleSite } from "../src/console/site.ts";
import { sqlScreen } from "../src/console/sql/screen.tsx";
import { stateScreen } from "../src/console/state/screen.tsx";
import { tablesScreen } from "../src/console/tables/screen.ts";
import { documentSite } from "./documents.ts";

/** The console of this project: the screens that every schema has. */
export const consoleSite: ConsoleSite = {
    documents: documentSite,
    screens: [stateScreen(), tablesScreen, diagramScreen, growthScreen, healthScreen, sqlScreen, documentsScreen],
    masked: [],
    pathOf: () => undefined,
};
