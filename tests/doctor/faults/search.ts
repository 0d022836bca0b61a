import { inSearch, type PlantedFault } from "./plant.ts";

/** In the full text and the vectors of the optional set. */
export const searchFaults: readonly PlantedFault[] = [
    inSearch(
        "search-full-text",
        "a question that was taken out of the full text",
        `INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
            SELECT 'delete', number, question, answer, tags, explanation
            FROM v_searchable_questions WHERE question = 'What is a lock?'`,
        '"question":"What is a lock?","problem":"is not in the full text"',
    ),
    inSearch(
        "search-full-text",
        "an entry whose question is gone",
        "INSERT INTO questions_search (rowid, question, answer, explanation) VALUES (99, 'What is a page?', 'A', 'B')",
        '"number":99,"question":null,"problem":"has no active question"',
    ),
    inSearch(
        "search-vectors",
        "a vector that went away",
        "DELETE FROM question_vectors WHERE question_id = 'q-2'",
        '"id":"q-2","problem":"has no vector"',
    ),
    inSearch(
        "search-vectors",
        "a vector whose question is gone",
        "UPDATE question_vectors SET question_id = 'q-gone' WHERE question_id = 'q-2'; INSERT INTO question_vectors SELECT 'q-2', model, dimensions, content_hash, vector, updated_at FROM question_vectors WHERE question_id = 'q-1'".split(
            "; ",
        ),
        '"id":"q-gone","problem":"is not an active question, and has a vector"',
    ),
    inSearch(
        "search-full-text",
        "a question under other words",
        [
            `INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
                SELECT 'delete', number, question, answer, tags, explanation FROM v_searchable_questions WHERE number = 1`,
            "INSERT INTO questions_search (rowid, question, answer, explanation) VALUES (1, 'What is a page?', 'A', 'B')",
        ],
        '"problem":"has other words in the full text"',
    ),
];
