import type { Loader } from "../src/loading/loader.ts";
import { botLedger } from "./bot-ledger.ts";
import { botRuns } from "./bot-runs.ts";
import { certifications } from "./certifications.ts";
import { channelMappings } from "./channel-mappings.ts";
import { learningPaths } from "./learning-paths.ts";
import { questionHistory } from "./question-history.ts";
import { questionRelationships } from "./question-relationships.ts";
import { questions } from "./questions.ts";
import { userSessions } from "./user-sessions.ts";
import { users } from "./users.ts";
import { voiceSessions } from "./voice-sessions.ts";
import { workQueue } from "./work-queue.ts";

/** Every loader, in the order in which they run: referenced tables come first. */
export const loaders: readonly Loader[] = [
    users,
    questions,
    channelMappings,
    certifications,
    learningPaths,
    voiceSessions,
    questionRelationships,
    userSessions,
    questionHistory,
    workQueue,
    botLedger,
    botRuns,
];
