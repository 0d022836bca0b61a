import { inDeployed, inLoose, longAgo, type PlantedFault } from "./plant.ts";

/** In users and their sessions. */
export const peopleFaults: readonly PlantedFault[] = [
    ...["'letmein'", "'correct horse battery staple'", "hex(zeroblob(16))", "''"].map((password) =>
        inLoose(
            "users-passwords",
            `${password} for a password`,
            `UPDATE users SET password = ${password}`,
            '{"id":"u-1","username":"ada"}',
        ),
    ),
    inLoose(
        "user-sessions-users",
        "a session of a user who is gone",
        "UPDATE user_sessions SET user_id = 'u-gone' WHERE id = 's-1'",
        '"user_id":"u-gone"',
    ),
    inDeployed(
        "user-sessions-certifications",
        "a certification that is not in its table",
        "UPDATE user_sessions SET certification_id = 'c-other' WHERE id = 's-1'",
        '"certification_id":"c-other","sessions":1',
    ),
    inDeployed(
        "user-sessions-progress",
        "more items done than there are",
        "UPDATE user_sessions SET completed_items = 5 WHERE id = 's-2'",
        '"completed_items":5,"total_items":4',
    ),
    inDeployed(
        "user-sessions-progress",
        "a progress that does not follow",
        "UPDATE user_sessions SET progress = 90 WHERE id = 's-1'",
        '"progress":90',
    ),
    inDeployed(
        "user-sessions-ends",
        "a completed session without a time",
        "UPDATE user_sessions SET completed_at = NULL WHERE id = 's-2'",
        '"status":"completed"',
    ),
    inDeployed(
        "user-sessions-ends",
        "an active session that has ended",
        "UPDATE user_sessions SET completed_at = last_accessed_at WHERE id = 's-1'",
        '"status":"active"',
    ),
    inDeployed(
        "user-sessions-ends",
        "a session that ended before it began",
        `UPDATE user_sessions SET completed_at = ${longAgo} WHERE id = 's-2'`,
        '"completed_at":"2026-01-05T04:00:00.000Z"',
    ),
    inDeployed(
        "user-sessions-idle",
        "a session that nobody has touched",
        `UPDATE user_sessions SET last_accessed_at = ${longAgo} WHERE id = 's-1'`,
        '"id":"s-1"',
    ),
];
