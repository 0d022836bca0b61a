export { exportForms } from "../app/exports.ts";
