export { bundled } from "../seeds/bundled.ts";
