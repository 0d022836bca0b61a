import type { SearchSite } from "../src/search/site.ts";

/** The search of this site's questions. */
export const searchSite: SearchSite = {
    set: "search",
    indexSet: "search_index",
    noun: "question",
    filters: {
        channel: "of this channel",
        difficulty: "of this difficulty",
        company: "that this company asks",
    },
    labels: ["channel", "difficulty"],
    queries: {
        search: "questions-search",
        similar: "questions-similar",
        similarIndexed: "questions-similar-indexed",
        texts: "texts-to-embed",
        surplus: "vectors-to-remove",
        remove: "remove-vectors",
        removeSearched: "remove-search-vectors",
        save: "save-vectors",
        saveSearched: "save-search-vectors",
        merge: "merge-full-text",
        vectors: "vectors-of-model",
        passages: "questions-by-ids",
        coverage: "vector-coverage",
    },
};
