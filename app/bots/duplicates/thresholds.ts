import { duplicate, possible } from "../../../src/search/duplicates.ts";

/** From which likeness on two questions are duplicates or go to review. All are 0 to 1. */
export const thresholds = {
    /**
     * The share of the words that two questions have in common, apart from those that any question has. Real questions of one
     * channel that share less often set the same scene and ask for something else.
     */
    words: { duplicate: 0.65, review: 0.45 },
    /** The cosine of their vectors, with the share of words that must come with it. */
    vectors: {
        duplicate: { from: duplicate.from, words: 0.45 },
        review: { from: possible.from, words: possible.sharedWords },
    },
} as const;
