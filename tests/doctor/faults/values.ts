import { setValue } from "./json.ts";
import { inDeployed, type PlantedFault } from "./plant.ts";

const at = (check: string, table: string, column: string, value: string, tells: string): PlantedFault =>
    inDeployed(
        check,
        `${value} in ${column}`,
        `UPDATE ${table} SET ${column} = ${value} WHERE rowid = (SELECT min(rowid) FROM ${table})`,
        tells,
    );
const otherForm = "'2026-01-05 04:00:00'";
const saysForm = "is of the form YYYY-MM-DD HH:MM:SS";

/** In the form of times. */
export const timesFaults: readonly PlantedFault[] = [
    at("questions-times", "questions", "last_updated", otherForm, saysForm),
    at("questions-times", "questions", "last_updated", "'yesterday'", "is not a time"),
    at("questions-times", "questions", "last_updated", "'now'", "is not a time"),
    at("questions-times", "questions", "last_updated", "'1767585600'", "is not a time"),
    at("questions-times", "questions", "last_updated", "''", "is not a time"),
    at("questions-times", "questions", "last_updated", "'2026-02-30T04:00:00.000Z'", "no day of the calendar"),
    at("questions-times", "questions", "last_updated", "'2026-02-30 04:00:00'", "no day of the calendar"),
    at("questions-times", "questions", "last_updated", "'2026-01-05T04:00:00Z'", "is of another form"),
    at("questions-times", "questions", "last_updated", "'2999-01-05T04:00:00.000Z'", "is in the future"),
    at("certifications-times", "certifications", "last_updated", otherForm, saysForm),
    at("learning-paths-times", "learning_paths", "last_generated", otherForm, saysForm),
    at("voice-sessions-times", "voice_sessions", "created_at", otherForm, saysForm),
    at("user-sessions-times", "user_sessions", "started_at", otherForm, saysForm),
    inDeployed(
        "work-queue-times",
        "a processed item of the second form",
        "UPDATE work_queue SET processed_at = datetime('now', '+1 hour') WHERE id = 3",
        saysForm,
    ),
    at("bot-ledger-times", "bot_ledger", "created_at", otherForm, saysForm),
    at("bot-runs-times", "bot_runs", "started_at", otherForm, saysForm),
    at("question-relationships-times", "question_relationships", "created_at", otherForm, saysForm),
    at("question-history-times", "question_history", "created_at", otherForm, saysForm),
];

/** In values that are listed. */
export const valuesFaults: readonly PlantedFault[] = [
    setValue(
        "questions-values",
        "a difficulty",
        "questions",
        "difficulty",
        "'hard'",
        '"column":"difficulty","value":"hard"',
    ),
    setValue(
        "questions-values",
        "no difficulty",
        "questions",
        "difficulty",
        "NULL",
        '"column":"difficulty","value":null',
    ),
    setValue("questions-values", "a score above 100", "questions", "relevance_score", "101", '"value":"101"'),
    setValue(
        "questions-values",
        "a flag that is neither 0 nor 1",
        "questions",
        "voice_suitable",
        "2",
        "voice_suitable",
    ),
    setValue("certifications-values", "a category", "certifications", "category", "'cooking'", "cooking"),
    setValue("learning-paths-values", "a type", "learning_paths", "path_type", "'job'", '"value":"job"'),
    setValue("voice-sessions-values", "a difficulty", "voice_sessions", "difficulty", "'Beginner'", "Beginner"),
    setValue("user-sessions-values", "a type", "user_sessions", "session_type", "'voice'", '"value":"voice"'),
    setValue("work-queue-values", "a priority of 0", "work_queue", "priority", "0", '"column":"priority"'),
    setValue("bot-ledger-values", "an action", "bot_ledger", "action", "'A guess'", "A guess"),
    setValue("bot-runs-values", "a count below 0", "bot_runs", "items_deleted", "-1", "items_deleted"),
    setValue(
        "question-relationships-values",
        "a type",
        "question_relationships",
        "relationship_type",
        "'similar'",
        "similar",
    ),
    setValue("question-history-values", "a source", "question_history", "event_source", "'robot'", "robot"),
];
