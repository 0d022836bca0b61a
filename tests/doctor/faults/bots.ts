import { inDeployed, longAgo, type PlantedFault } from "./plant.ts";

/** In what the bots keep. */
export const botsFaults: readonly PlantedFault[] = [
    inDeployed(
        "work-queue-actions",
        "an action of the application's own",
        "UPDATE work_queue SET action = 'placeholder_content' WHERE id = 1",
        '"action":"placeholder_content","items":1,"pending":1',
    ),
    inDeployed(
        "work-queue-stuck",
        "an item in work for long",
        `UPDATE work_queue SET created_at = ${longAgo} WHERE id = 2`,
        '"id":2',
    ),
    inDeployed(
        "work-queue-stuck",
        "a lease that has ended",
        `UPDATE work_queue SET locked_by = 'w', locked_until = ${longAgo} WHERE id = 2`,
        '"id":2',
    ),
    inDeployed(
        "work-queue-stuck",
        "a lease of another century",
        "UPDATE work_queue SET locked_by = 'w', locked_until = '9999-12-31T00:00:00.000Z' WHERE id = 2",
        '"id":2',
    ),
    inDeployed(
        "work-queue-takers",
        "an item for a bot that takes none",
        "UPDATE work_queue SET assigned_to = 'guesser' WHERE id = 1",
        '"id":1,"action":"improve","item_id":"q-1","assigned_to":"guesser"',
    ),
    inDeployed(
        "bot-ledger-actions",
        "an action of another program",
        "UPDATE bot_ledger SET action = 'guess' WHERE id = 1",
        '"action":"guess","entries":1',
    ),
    inDeployed(
        "work-queue-waiting",
        "an item that nobody takes",
        `UPDATE work_queue SET run_after = ${longAgo} WHERE id = 1`,
        '"id":1',
    ),
    inDeployed(
        "work-queue-ends",
        "a completed item without a time",
        "UPDATE work_queue SET processed_at = NULL WHERE id = 3",
        '"id":3,"status":"completed"',
    ),
    inDeployed(
        "work-queue-ends",
        "a pending item with a time",
        "UPDATE work_queue SET processed_at = created_at WHERE id = 1",
        '"id":1,"status":"pending"',
    ),
    inDeployed(
        "work-queue-ends",
        "an item that was processed before it was asked for",
        `UPDATE work_queue SET processed_at = ${longAgo} WHERE id = 3`,
        '"id":3',
    ),
    inDeployed(
        "work-queue-doubles",
        "an item that is queued twice",
        "INSERT INTO work_queue (id, item_type, item_id, action) VALUES (90, 'question', 'q-2', 'verify')",
        '"items":2,"last_id":90',
    ),
    inDeployed(
        "work-queue-doubles",
        "an item that waits although a later one is in work",
        "INSERT INTO work_queue (id, item_type, item_id, action, status) VALUES (90, 'question', 'q-1', 'improve', 'processing')",
        '"items":2,"last_id":1',
    ),
    inDeployed(
        "work-queue-items",
        "an item in work that is gone",
        "INSERT INTO work_queue (id, item_type, item_id, action, status) VALUES (90, 'question', 'gone', 'verify', 'processing')",
        '"id":90,"item_type":"question"',
    ),
    ...["question", "certification", "voice_session"].map((type) =>
        inDeployed(
            "work-queue-items",
            `a ${type} that is gone`,
            `INSERT INTO work_queue (id, item_type, item_id, action) VALUES (90, '${type}', 'gone', 'verify')`,
            `"item_type":"${type}","item_id":"gone"`,
        ),
    ),
    inDeployed(
        "bot-runs-stuck",
        "a run without an end",
        `UPDATE bot_runs SET started_at = ${longAgo} WHERE id = 2`,
        '"id":2',
    ),
    inDeployed(
        "bot-runs-ends",
        "a completed run without a time",
        "UPDATE bot_runs SET completed_at = NULL WHERE id = 1",
        '"id":1,"bot_name":"verifier","status":"completed"',
    ),
    inDeployed(
        "bot-runs-ends",
        "a running run that has ended",
        "UPDATE bot_runs SET completed_at = started_at WHERE id = 2",
        '"status":"running"',
    ),
    inDeployed(
        "bot-runs-ends",
        "a run that ended before it began",
        `UPDATE bot_runs SET completed_at = ${longAgo} WHERE id = 1`,
        '"id":1',
    ),
];
