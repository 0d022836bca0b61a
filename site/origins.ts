export { origins } from "../app/origins.ts";
