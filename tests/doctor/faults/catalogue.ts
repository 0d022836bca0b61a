import { inDeployed, inLoose, type PlantedFault } from "./plant.ts";

/** In certifications, learning paths and voice sessions. */
export const catalogueFaults: readonly PlantedFault[] = [
    inDeployed(
        "certifications-prerequisites",
        "a prerequisite that is gone",
        `UPDATE certifications SET prerequisites = '["c-1","c-gone"]' WHERE id = 'c-2'`,
        '"position":1,"prerequisite":"c-gone"',
    ),
    inDeployed(
        "certifications-prerequisites",
        "a certification that must be had before itself",
        `UPDATE certifications SET prerequisites = '["c-2"]' WHERE id = 'c-2'`,
        '"id":"c-2","position":0,"prerequisite":"c-2"',
    ),
    inDeployed(
        "certifications-domains",
        "weights of 110",
        `UPDATE certifications SET domains = json_set(domains, '$[0].weight', 70) WHERE id = 'c-1'`,
        '"weights":110',
    ),
    inDeployed(
        "certifications-domains",
        "a domain without a name",
        `UPDATE certifications SET domains = json_remove(domains, '$[0].name') WHERE id = 'c-1'`,
        '"unfinished":1',
    ),
    inDeployed(
        "certifications-domains",
        "a domain that weighs less than nothing",
        `UPDATE certifications SET domains = json_set(domains, '$[0].weight', 150, '$[1].weight', -50) WHERE id = 'c-1'`,
        '"weights":100,"unfinished":1',
    ),
    inDeployed(
        "certifications-domains",
        "a domain that is listed twice",
        `UPDATE certifications SET domains = json_set(domains, '$[1].id', 'a') WHERE id = 'c-1'`,
        '"unfinished":0,"different":1',
    ),
    inDeployed(
        "certifications-channels",
        "a channel without questions",
        `UPDATE certifications SET channel_mappings = '[{"channel":"database"},{"channel":"cooking"}]' WHERE id = 'c-1'`,
        '"position":1,"entry":"{\\"channel\\":\\"cooking',
    ),
    inDeployed(
        "certifications-channels",
        "a mapping without a channel",
        `UPDATE certifications SET channel_mappings = '[{"channel":"database"},{"chanel":"backend"}]' WHERE id = 'c-1'`,
        '"position":1',
    ),
    inDeployed(
        "certifications-question-count",
        "a count that is out of date",
        "UPDATE certifications SET question_count = 9 WHERE id = 'c-1'",
        '"question_count":9,"recount":2',
    ),
    inLoose(
        "certifications-json",
        "channels that are no list, so that nobody can recount",
        "UPDATE certifications SET channel_mappings = '{}', question_count = 9 WHERE id = 'c-1'",
        '"column":"channel_mappings","problem":"is not an array"',
    ),
    inDeployed(
        "learning-paths-questions",
        "a question that is gone",
        `UPDATE learning_paths SET question_ids = '["q-1","q-gone"]' WHERE id = 'p-1'`,
        '"position":1,"missing_id":"q-gone"',
    ),
    inDeployed(
        "learning-paths-questions",
        "an id with half a pair of surrogates, which no driver may be given",
        `UPDATE learning_paths SET question_ids = '["q-1","q\\ud83d"]' WHERE id = 'p-1'`,
        "x'71EDA0BD'",
    ),
    inDeployed(
        "learning-paths-prerequisites",
        "a path that is gone",
        `UPDATE learning_paths SET prerequisites = '["p-gone"]' WHERE id = 'p-2'`,
        "p-gone",
    ),
    inDeployed(
        "learning-paths-prerequisites",
        "a path that must be walked before itself",
        `UPDATE learning_paths SET prerequisites = '["p-2"]' WHERE id = 'p-2'`,
        '"id":"p-2","position":0,"prerequisite":"p-2"',
    ),
    inDeployed(
        "learning-paths-milestones",
        "a milestone without a title",
        `UPDATE learning_paths SET milestones = '[{"id":"m-1"}]' WHERE id = 'p-1'`,
        "has no title",
    ),
    inDeployed(
        "learning-paths-milestones",
        "a milestone with a question that is gone",
        `UPDATE learning_paths SET milestones = '[{"id":"m","title":"t","questionIds":["q-gone"]}]' WHERE id = 'p-1'`,
        "names a question that is not there",
    ),
    inDeployed(
        "learning-paths-milestones",
        "a milestone that is miscounted",
        `UPDATE learning_paths SET milestones = json_set(milestones, '$[0].questionCount', 5) WHERE id = 'p-1'`,
        "has a questionCount that is not that of its questionIds",
    ),
    inDeployed(
        "learning-paths-empty",
        "a path without questions",
        "UPDATE learning_paths SET question_ids = '[]' WHERE id = 'p-2'",
        '"id":"p-2","questions":0',
    ),
    inDeployed(
        "learning-paths-empty",
        "a question that comes twice",
        `UPDATE learning_paths SET question_ids = '["q-1","q-1"]' WHERE id = 'p-1'`,
        '"questions":2,"different":1',
    ),
    inDeployed(
        "deleted-questions-in-use",
        "a deleted question in a path",
        "UPDATE questions SET status = 'deleted' WHERE id = 'q-3'",
        '"id":"p-2","holder":"learning_paths","question_id":"q-3"',
    ),
    inDeployed(
        "voice-sessions-questions",
        "a question that is gone",
        `UPDATE voice_sessions SET question_ids = '["q-1","q-gone"]'`,
        '"missing_id":"q-gone"',
    ),
    inDeployed(
        "voice-sessions-total",
        "a total that is out of date",
        "UPDATE voice_sessions SET total_questions = 5",
        '"total_questions":5,"listed":2',
    ),
    inDeployed(
        "voice-sessions-total",
        "an interview without questions",
        "UPDATE voice_sessions SET question_ids = '[]', total_questions = 0",
        '"listed":0',
    ),
    inDeployed(
        "voice-sessions-total",
        "a question that comes twice",
        `UPDATE voice_sessions SET question_ids = '["q-1","q-1"]'`,
        '"listed":2,"different":1',
    ),
];
