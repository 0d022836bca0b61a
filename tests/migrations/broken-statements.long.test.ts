import { describeBrokenStatements } from "./broken-statements.ts";

describeBrokenStatements(true);
