/** The rows of each table at ten times the documented "large" volumes; questions, history and ledger as agreed. */
export const VOLUMES = {
    users: 10_000,
    questions: 30_000,
    channel_mappings: 100_000,
    work_queue: 5_000,
    bot_ledger: 50_000,
    bot_runs: 10_000,
    question_relationships: 100_000,
    question_history: 50_000,
    certifications: 2_000,
    learning_paths: 5_000,
    voice_sessions: 10_000,
    user_sessions: 50_000,
} as const;

type Table = keyof typeof VOLUMES;

const LEVEL = "iif(n % 3 = 0, 'beginner', iif(n % 3 = 1, 'intermediate', 'advanced'))";
const TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', '2026-01-01', n || ' minutes')";

/** For each table, its columns and what they hold in row number n. */
const ROWS: Record<Table, Record<string, string>> = {
    users: { username: "'user-' || n", password: "'hash'" },
    questions: {
        id: "'q-' || n",
        question: "'Question ' || n",
        answer: "'An answer of a sentence.'",
        explanation: "printf('%.*c', 400, 'x')",
        difficulty: LEVEL,
        channel: "'channel-' || (n % 99)",
        sub_channel: "'part-' || (n % 400)",
        status: "iif(n % 50 = 0, 'deleted', 'active')",
        is_new: "n % 200 = 0",
        last_updated: TIME,
        created_at: TIME,
    },
    channel_mappings: {
        channel_id: "'channel-' || (n % 99)",
        sub_channel: "'part-' || (n / 30000)",
        question_id: "'q-' || (n % 30000)",
    },
    work_queue: {
        item_type: "'question'",
        item_id: "'q-' || n",
        action: "iif(n % 2, 'improve', 'verify')",
        priority: "1 + n % 10",
        status: "iif(n % 4 = 0, 'pending', 'completed')",
        created_at: TIME,
    },
    bot_ledger: {
        bot_name: "'bot-' || (n % 12)",
        action: "iif(n % 2, 'update', 'verify')",
        item_type: "'question'",
        item_id: "'q-' || (n % 30000)",
        created_at: TIME,
    },
    bot_runs: { bot_name: "'bot-' || (n % 12)", started_at: TIME, status: "iif(n % 9, 'completed', 'failed')" },
    question_relationships: {
        source_question_id: "'q-' || (n % 30000)",
        target_question_id: "'q-' || ((n + 7) % 30000)",
        relationship_type: "'related'",
    },
    question_history: {
        question_id: "'q-' || (n % 30000)",
        event_type: "iif(n % 5, 'updated', 'improved')",
        event_source: "iif(n % 2, 'bot', 'user')",
        created_at: TIME,
    },
    certifications: {
        id: "'certification-' || n",
        name: "'Certification ' || n",
        provider: "'Provider ' || (n % 9)",
        description: "'What it proves.'",
        difficulty: LEVEL,
        category: "iif(n % 2, 'cloud', 'security')",
    },
    learning_paths: {
        id: "'path-' || n",
        title: "'Path ' || n",
        description: "'What one learns.'",
        path_type: "iif(n % 2, 'company', 'skill')",
        target_company: "'company-' || (n % 60)",
        target_job_title: "'job-' || (n % 8)",
        difficulty: LEVEL,
        question_ids: "'[]'",
        channels: "'[]'",
        popularity: "n % 500",
    },
    voice_sessions: {
        id: "'voice-' || n",
        topic: "'Topic ' || n",
        channel: "'channel-' || (n % 99)",
        difficulty: LEVEL,
        question_ids: "'[]'",
        total_questions: "5",
    },
    user_sessions: {
        session_type: "iif(n % 2, 'test', 'channel')",
        session_key: "'key-' || (n % 3000)",
        title: "'Session ' || n",
        total_items: "10",
        last_accessed_at: TIME,
        status: "iif(n % 4 = 0, 'active', 'completed')",
    },
};

/** Gives the script that fills an empty database to the volumes; the history has no rows but its own. */
export function renderVolumes(): string {
    const inserts = Object.entries(ROWS).map(([table, row]) => {
        const last = VOLUMES[table as Table] - 1;
        return (
            `INSERT INTO ${table} (${Object.keys(row).join(", ")})\n` +
            `WITH RECURSIVE counter (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < ${last})\n` +
            `SELECT ${Object.values(row).join(", ")} FROM counter;`
        );
    });
    return [
        "BEGIN IMMEDIATE;",
        "UPDATE history_writer SET source = 'self';",
        ...inserts,
        "UPDATE history_writer SET source = NULL;",
        "COMMIT;",
    ].join("\n");
}
