import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { name, optionalText, percent } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

const schema = z.object({
    sourceQuestionId: name,
    targetQuestionId: name,
    relationshipType: z.enum(["prerequisite", "follow_up", "related", "deeper_dive"]),
    strength: percent.nullish(),
    createdAt: optionalText,
});

/** Relationships between questions: an array, or `{relationships: [...]}`. */
export const questionRelationships: Loader = {
    name: "question-relationships",
    table: "question_relationships",
    fields: {
        sourceQuestionId: "text",
        targetQuestionId: "text",
        relationshipType: "text",
        strength: "integer",
        createdAt: "time",
    },
    key: ["source_question_id", "target_question_id", "relationship_type"],
    ignored: ["created_at"],
    references: [
        { column: "source_question_id", table: "questions", key: "id" },
        { column: "target_question_id", table: "questions", key: "id" },
    ],
    schema,
    find: (document) => listRecords(document, ["relationships", "question_relationships"], isRelationship),
};

const isRelationship = hasFields("sourceQuestionId", "targetQuestionId");
