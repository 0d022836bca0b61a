import type { Screen } from "../site.ts";
import { showTables } from "./list.tsx";
import { showRow } from "./row.tsx";
import { showTable } from "./table.tsx";

/** Every table and view: what it is, its rows, and each row. */
export const tablesScreen: Screen = {
    label: "Tables",
    path: "/tables",
    routes: [
        { pattern: "/tables", show: showTables },
        { pattern: "/tables/:name", show: showTable },
        { pattern: "/tables/:name/row", show: showRow },
    ],
};
