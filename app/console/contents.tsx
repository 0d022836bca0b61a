import type { Contents } from "../../src/console/state/screen.tsx";

/** What is in the database: the lines of the first screen. */
export const contents: Contents = { queries: () => [], render: () => [] };
