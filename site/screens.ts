export { consoleSite } from "../app/console/site.ts";
