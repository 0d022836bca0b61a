import type { InValue } from "@libsql/client";

/** Two different values for each column of a question whose change belongs in its history. */
export const CONTENT: Record<string, [InValue, InValue]> = {
    question: ["What is a lock?", "What is a latch?"],
    answer: ['It\'s "exclusive".', "Line one\nline two \\ ü 🔒"],
    explanation: ["Long.", "Longer."],
    diagram: ["graph TD; A-->B", null],
    difficulty: ["beginner", "advanced"],
    tags: ['["locks"]', '["locks", "latches"]'],
    channel: ["database", "backend"],
    sub_channel: ["locking", ""],
    source_url: [null, "https://example.org/locks"],
    videos: ['{"shortVideo": null, "longVideo": null}', null],
    companies: ["[]", '["Initech"]'],
    eli5: [null, "One at a time."],
    tldr: ["Mutual exclusion.", "One holder."],
    voice_keywords: ["[]", '["exclusive"]'],
    voice_suitable: [null, 1],
    status: ["active", "flagged"],
};

/** The same for the columns that only keep books. */
export const BOOKKEEPING: Record<string, [InValue, InValue]> = {
    relevance_score: [null, 80],
    relevance_details: [null, "{}"],
    job_title_relevance: [null, '{"sre": 60}'],
    experience_level_tags: [null, '["senior"]'],
    is_new: [1, 0],
    last_updated: [null, "2026-03-01T00:00:00.000Z"],
};

/** The columns that say what and when a question is, not what is in it. */
export const IDENTITY = ["id", "created_at"];

/** One of the two values of each column of the content. */
export function pickContent(which: 0 | 1): Record<string, InValue> {
    return Object.fromEntries(Object.entries(CONTENT).map(([column, values]) => [column, values[which]]));
}
