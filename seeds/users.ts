import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { name } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

const isUser = hasFields("username", "password");

/** Users with their password hashes: an array, an object by id, `{users: …}`, or a single one. Never bundled. */
export const users: Loader = {
    name: "users",
    table: "users",
    fields: { id: "text", username: "text", password: "text" },
    key: ["id"],
    schema: z.object({ id: name, username: name, password: name }),
    find: (document) => listRecords(document, ["users"], isUser),
};
