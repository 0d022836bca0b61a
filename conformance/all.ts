import type { Assumption } from "./assumption.ts";
import { foreignKeyAssumptions } from "./foreign-keys.ts";
import { protocolAssumptions } from "./protocol.ts";
import { schemaAssumptions } from "./schema.ts";
import { transactionAssumptions } from "./transactions.ts";
import { triggerAssumptions } from "./triggers.ts";
import { valueAssumptions } from "./values.ts";

/** Everything that src/ assumes about a database, in the order in which db:probe tests it. */
export const assumptions: readonly Assumption[] = [
    ...transactionAssumptions,
    ...foreignKeyAssumptions,
    ...schemaAssumptions,
    ...triggerAssumptions,
    ...valueAssumptions,
    ...protocolAssumptions,
];
