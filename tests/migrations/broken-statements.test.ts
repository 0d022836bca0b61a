import { describeBrokenStatements } from "./broken-statements.ts";

describeBrokenStatements(false);
