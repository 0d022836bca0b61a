import type { Seeds } from "../src/commands/migrate.ts";

/** The seed that comes with this repository. Users are never part of it. */
export const bundled: Seeds = {
    folder: "seeds/data",
    history: {
        mark: "SELECT coalesce(max(id), 0) AS mark FROM question_history",
        grown: "SELECT count(*) AS grown FROM question_history WHERE id > ?",
        content: "questions",
        events: "question-history",
    },
    table: "questions",
    sets: [
        { name: "questions", paths: ["questions", "channel-mappings.json"], isDefault: true },
        { name: "certifications", paths: ["certifications.json"] },
        { name: "learning-paths", paths: ["learning-paths.json"] },
        { name: "voice-sessions", paths: ["voice-sessions.json"] },
        { name: "relationships", paths: ["question-relationships.json"] },
        { name: "history", paths: ["history.json"] },
        { name: "bots", paths: ["bots.json"] },
    ],
    loaders: async () => (await import("./index.ts")).loaders,
};
