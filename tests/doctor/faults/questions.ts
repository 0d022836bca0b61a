import { inDeployed, inLoose, longAgo, type PlantedFault } from "./plant.ts";

/** In questions and in what belongs to them. */
export const questionsFaults: readonly PlantedFault[] = [
    inDeployed(
        "questions-videos",
        "a video that is no address",
        `UPDATE questions SET videos = '{"shortVideo":"none","longVideo":null}' WHERE id = 'q-1'`,
        '"kind":"shortVideo","value":"none"',
    ),
    inDeployed(
        "questions-videos",
        "a video that is no text",
        `UPDATE questions SET videos = '{"longVideo":false}' WHERE id = 'q-1'`,
        '"kind":"longVideo"',
    ),
    inDeployed(
        "questions-videos",
        "a video of a kind that nobody plays",
        `UPDATE questions SET videos = '{"short video":"https://example.org/v"}' WHERE id = 'q-1'`,
        '"kind":"short video"',
    ),
    inDeployed(
        "questions-videos",
        "a video of another protocol",
        `UPDATE questions SET videos = '{"shortVideo":"httpx://example.org"}' WHERE id = 'q-1'`,
        '"value":"httpx://example.org"',
    ),
    inDeployed(
        "questions-job-titles",
        "a title that nobody knows",
        `UPDATE questions SET job_title_relevance = '{"sre":40,"plumber":7}' WHERE id = 'q-1'`,
        '"key":"plumber"',
    ),
    inDeployed(
        "questions-job-titles",
        "a score above 100",
        `UPDATE questions SET job_title_relevance = '{"sre":140}' WHERE id = 'q-1'`,
        '"value":"140"',
    ),
    inDeployed(
        "questions-job-titles",
        "a score that is a text",
        `UPDATE questions SET job_title_relevance = '{"sre":"40"}' WHERE id = 'q-1'`,
        '"value":"40"',
    ),
    inDeployed(
        "questions-job-titles",
        "a level that nobody knows",
        `UPDATE questions SET experience_level_tags = '["entry","wizard"]' WHERE id = 'q-1'`,
        '"column":"experience_level_tags","key":1,"value":"wizard"',
    ),
    inDeployed(
        "questions-primary-channel",
        "a mapping that went away",
        "DELETE FROM channel_mappings WHERE question_id = 'q-3'",
        '"id":"q-3","channel":"backend"',
    ),
    inDeployed(
        "questions-without-history",
        "a history that went away",
        "DELETE FROM question_history WHERE question_id = 'q-3'",
        '"id":"q-3"',
    ),
    inDeployed(
        "question-history-gone",
        "a question that went without an event",
        "INSERT INTO question_history (question_id, event_type, event_source) VALUES ('q-lost', 'updated', 'bot')",
        '"question_id":"q-lost","events":1',
    ),
    inDeployed(
        "questions-duplicates",
        "the same question in other letters",
        "UPDATE questions SET question = ' what is an INDEX?' WHERE id = 'q-3'",
        '"copies":2,"first_id":"q-1","last_id":"q-3"',
    ),
    inDeployed(
        "questions-empty-texts",
        "an answer still to be written",
        "UPDATE questions SET answer = ' ' WHERE id = 'q-3'",
        '"id":"q-3","column":"answer"',
    ),
    inDeployed(
        "questions-garbled-texts",
        "a replacement character",
        "UPDATE questions SET explanation = 'caf' || char(65533) WHERE id = 'q-3'",
        '"column":"explanation"',
    ),
    inDeployed(
        "questions-garbled-texts",
        "half a pair of surrogates",
        `UPDATE questions SET answer = json_extract('"a\\ud83d"', '$') WHERE id = 'q-3'`,
        '"column":"answer"',
    ),
    inDeployed(
        "questions-garbled-texts",
        "a NUL",
        "UPDATE questions SET question = 'a' || char(0) || 'b' WHERE id = 'q-3'",
        '"column":"question"',
    ),
    inDeployed(
        "questions-is-new",
        "a question that has been new for long",
        `UPDATE questions SET created_at = ${longAgo} WHERE id = 'q-3'`,
        '"id":"q-3"',
    ),
    inLoose(
        "channel-mappings-questions",
        "a mapping of a question that is gone",
        "INSERT INTO channel_mappings (id, channel_id, sub_channel, question_id) VALUES (90, 'database', '', 'q-gone')",
        '"id":90,"question_id":"q-gone"',
    ),
    inLoose(
        "channel-mappings-doubles",
        "a mapping that is there twice",
        "INSERT INTO channel_mappings (id, channel_id, sub_channel, question_id) VALUES (90, 'database', '', 'q-2')",
        '"rows":2,"last_id":90',
    ),
    inLoose(
        "question-relationships-questions",
        "a relationship with a question that is gone",
        "UPDATE question_relationships SET target_question_id = 'q-gone' WHERE id = 2",
        '"target_question_id":"q-gone"',
    ),
    inLoose(
        "question-relationships-doubles",
        "a relationship that is there twice",
        `INSERT INTO question_relationships (id, source_question_id, target_question_id, relationship_type)
            VALUES (90, 'q-1', 'q-2', 'follow_up')`,
        '"rows":2,"last_id":90',
    ),
    inLoose(
        "question-relationships-doubles",
        "a question that follows itself",
        "UPDATE question_relationships SET target_question_id = 'q-2' WHERE id = 2",
        '"rows":1,"last_id":2',
    ),
];
