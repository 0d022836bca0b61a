import type { BundledSeeds } from "../src/loading/seeds.ts";

/** The data in this repository, which never include users. */
export const bundled: BundledSeeds = {
    folder: "seeds/data",
    lists: ["seeds/data/job-titles.json"],
    history: {
        mark: "SELECT coalesce(max(id), 0) AS mark FROM question_history",
        grown: "SELECT count(*) AS grown FROM question_history WHERE id > ?",
        content: "questions",
        events: "question-history",
        // The history has every change of a question. For the others, counts and ids show new and removed rows, and the sum
        // shows an edit by hand.
        states: {
            questions: "SELECT count(*) AS count, '' AS detail FROM questions",
            "channel-mappings":
                "SELECT count(*) AS count, coalesce(max(id), 0) || ' ' || " +
                "coalesce(sum((id % 1009 + 1) * (unicode(channel_id) + 7 * length(channel_id) + 3 * length(sub_channel) " +
                "+ 5 * coalesce(unicode(sub_channel), 0) + length(question_id) + 31 * unicode(substr(question_id, -1)))), 0) " +
                "AS detail " +
                "FROM channel_mappings",
            "question-history":
                "SELECT count(*) AS count, coalesce(max(id), 0) || ' ' || coalesce(sum(length(question_id)), 0) AS detail " +
                "FROM question_history",
        },
    },
    seeds: [
        { name: "questions", table: "questions", paths: ["questions", "channel-mappings.json"], isDefault: true },
        { name: "certifications", table: "certifications", paths: ["certifications.json"] },
        { name: "learning-paths", table: "learning_paths", paths: ["learning-paths.json"] },
        { name: "voice-sessions", table: "voice_sessions", paths: ["voice-sessions.json"] },
        { name: "relationships", table: "question_relationships", paths: ["question-relationships.json"] },
        { name: "history", table: "question_history", paths: ["history.json"] },
        { name: "bots", table: "bot_ledger", paths: ["bots.json"] },
    ],
    loaders: async () => (await import("./index.ts")).loaders,
    otherKinds: async () => (await import("./other-kinds.ts")).otherKinds,
};
