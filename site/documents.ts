export { documentSite } from "../app/documents.ts";
