import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { name, optionalObject, optionalText } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";
import { itemType } from "./work-queue.ts";

const schema = z.object({
    botName: name,
    action: z.string().regex(/^[a-z0-9_]+$/),
    itemType,
    itemId: name,
    beforeState: optionalObject,
    afterState: optionalObject,
    reason: optionalText,
    createdAt: name,
});

/** The bots' actions: `{ledger: [...]}` as exported by the monitor, or an array. Entries never change. */
export const botLedger: Loader = {
    name: "bot-ledger",
    table: "bot_ledger",
    fields: {
        botName: "text",
        action: "text",
        itemType: "text",
        itemId: "text",
        beforeState: "json",
        afterState: "json",
        reason: "text",
        createdAt: "time",
    },
    key: ["item_id", "item_type", "created_at", "bot_name", "action"],
    schema,
    find: (document) => listRecords(document, ["ledger", "bot_ledger"], isLedgerEntry),
};

const isLedgerEntry = hasFields("botName", "itemType");
