import type { ExportForms } from "../src/loading/exports/shapes.ts";

/** The exports of this project: an array for each loader. */
export const exportForms: ExportForms = { shapes: {}, personal: [], whyPersonal: "" };
