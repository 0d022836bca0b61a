import { inDeployed, inLoose, type PlantedFault } from "./plant.ts";

/** A value that the column cannot hold, in a row of a loose database. */
export const setValue = (check: string, plant: string, table: string, column: string, value: string, tells: string) =>
    inLoose(
        check,
        plant,
        `UPDATE ${table} SET ${column} = ${value} WHERE rowid = (SELECT min(rowid) FROM ${table})`,
        tells,
    );

/** In the kind of JSON that a column holds. */
export const jsonFaults: readonly PlantedFault[] = [
    setValue(
        "questions-json",
        "text that is no JSON",
        "questions",
        "tags",
        "'sql, index'",
        '"column":"tags","problem":"is not JSON"',
    ),
    setValue(
        "questions-json",
        "a number among texts",
        "questions",
        "companies",
        `'["Amazon",7]'`,
        "holds a value that is not text",
    ),
    setValue("questions-json", "an object for an array", "questions", "voice_keywords", "'{}'", "is not an array"),
    setValue("questions-json", "an array for an object", "questions", "videos", "'[]'", "is not an object"),
    setValue(
        "questions-json",
        "a text for an object",
        "questions",
        "relevance_details",
        `'"good"'`,
        "is not an object",
    ),
    setValue(
        "certifications-json",
        "a null among texts",
        "certifications",
        "tags",
        `'["sql",null]'`,
        "holds a value that is not text",
    ),
    setValue(
        "certifications-json",
        "a text among objects",
        "certifications",
        "domains",
        `'["sql"]'`,
        "holds a value that is not an object",
    ),
    inDeployed(
        "certifications-json",
        "a text for a channel",
        `UPDATE certifications SET channel_mappings = '["sql"]', question_count = 0 WHERE id = 'c-1'`,
        "holds a value that is not an object",
    ),
    setValue("learning-paths-json", "text that is no JSON", "learning_paths", "channels", "'database'", "is not JSON"),
    setValue(
        "learning-paths-json",
        "a text among objects",
        "learning_paths",
        "milestones",
        `'["half"]'`,
        "holds a value that is not an object",
    ),
    setValue("learning-paths-json", "an array for an object", "learning_paths", "metadata", "'[]'", "is not an object"),
    setValue(
        "voice-sessions-json",
        "a number among ids",
        "voice_sessions",
        "question_ids",
        `'["q-1",2]'`,
        "holds a value that is not text",
    ),
    setValue(
        "user-sessions-json",
        "text that is no JSON",
        "user_sessions",
        "session_data",
        "'[object Object]'",
        "is not JSON",
    ),
    setValue("work-queue-json", "an array for an object", "work_queue", "result", "'[1]'", "is not an object"),
    setValue("bot-ledger-json", "text that is no JSON", "bot_ledger", "after_state", "'{ok: yes}'", "is not JSON"),
    setValue("bot-runs-json", "a number for an object", "bot_runs", "summary", "'3'", "is not an object"),
    setValue(
        "question-history-json",
        "a number among texts",
        "question_history",
        "changed_fields",
        "'[3]'",
        "holds a value that is not text",
    ),
    setValue(
        "question-history-json",
        "an array for an object",
        "question_history",
        "before_snapshot",
        "'[]'",
        "is not an object",
    ),
];
