import type { ErrorCode } from "../errors.ts";

/** What the user reads: a sentence, in which {db} is the name of the database, and a remedy. */
type Sentence = readonly [sentence: string, remedy: string];

const showUrl = "compare the URL with `turso db show <database> --url`";
const statusPage = "if it lasts, see https://status.turso.tech";

export const sentences = {
    unreachable: ["cannot reach {db}", "check the host name, the port and the network, then run it again"],
    refused: [
        "cannot reach {db}: nothing listens there",
        "start the server, or check the port; `--wait 30` waits for one that is starting",
    ],
    "unknown-host": ["cannot reach {db}: there is no host with that name", `${showUrl}, and check the network`],
    "no-route": [
        "cannot reach {db}: there is no route to its host",
        "check the network, and whether a firewall or a VPN blocks the connection",
    ],
    "no-tls": [
        "cannot reach {db}: it does not speak TLS",
        "for a server without TLS write http:// instead of https:// or libsql://",
    ],
    certificate: [
        "cannot reach {db}: its certificate is not trusted",
        "check the host name and this machine's clock; for your own CA set NODE_EXTRA_CA_CERTS",
    ],
    "connection-lost": ["the connection to {db} broke", "run `pnpm db:status` to see what the database is now"],
    unauthorized: ["{db} does not accept the token", "make a new one with `turso db tokens create <database>`"],
    forbidden: ["the token may not write to {db}", "use the read-write token of this database"],
    "not-found": ["there is no such database at {db}", showUrl],
    redirected: ["{db} redirects elsewhere", showUrl],
    "server-fault": ["{db} failed to answer", `run \`pnpm db:status\`; ${statusPage}`],
    "not-utf8": [
        "{db} cannot return a text that is not UTF-8",
        "replace it by an UPDATE of its row, or load a correct record; `pnpm db:export <folder> all` lists such rows",
    ],
    "no-answer": [
        "{db} did not answer in time",
        `run \`pnpm db:status\`, and if it is a replica, check that its primary runs; ${statusPage}`,
    ],
    "primary-broken": [
        "{db} is a replica that lost the connection to its primary",
        "check that the primary runs, then run `pnpm db:status`; the primary also ends it for a request of over 4 MB",
    ],
    "foreign-collation": [
        "{db} uses a collation of another program, which libSQL does not have",
        "with that program, create the table or index again without the collation; `pnpm db:backup --table <name...>` backs up other tables",
    ],
    "rate-limited": [
        "{db} accepts no more requests for now",
        "run it again in a minute, or with `--wait 60`; other programs may send too many requests",
    ],
    "not-available": ["{db} is not available now", `run it again in a minute, or with \`--wait 60\`; ${statusPage}`],
    "foreign-reply": [
        "the server at {db} is not a libSQL server",
        `${showUrl}; a proxy or a login page may answer instead`,
    ],
    "too-large": [
        "{db} accepts no request of that size",
        "raise the limit of the server, or of the proxy before it; a deploy sends less at once with `--per-file`",
    ],
    blocked: ["{db} is blocked", "its quota is used up or writes are blocked: see the plan in the Turso dashboard"],
    busy: [
        "{db} is locked by another writer",
        "run it again when the other program is done; `--wait 300` waits for it",
    ],
    "rows-changed": ["others write to {db} at the same time", "run it again when fewer programs write"],
    "transaction-timeout": [
        "{db} ended the transaction because others waited for the lock",
        "run it again when there are no other writers, or split a long migration into smaller ones",
    ],
    expired: ["{db} ended the connection because it was idle", "run it again"],
    "cannot-open": ["cannot open {db}", "check that its folder exists and that you may write there"],
    "no-folder": ["cannot open {db}: its folder does not exist", "create the folder, or check the path"],
    "is-folder": ["cannot open {db}: it is a folder", "name a file in it"],
    "no-permission": [
        "cannot open {db}: permission denied",
        "check who owns the file and its folder, and run it as a user who may write both",
    ],
    "read-only-file": ["{db} cannot be written", "check the permissions of the file"],
    "read-only-folder": [
        "{db} cannot be written: its folder is read-only",
        "check the permissions of the folder: a journal is written beside the file",
    ],
    moved: [
        "{db} was moved or deleted while it was open",
        "put the file back, or check what removes it, then run it again",
    ],
    "not-a-database": ["{db} is not an SQLite database", "check the path; the file may be encrypted or another kind"],
    corrupt: ["{db} is damaged", "copy the file first, then restore a backup"],
    truncated: ["{db} is cut off", "copy it again, because the copy is incomplete, or restore a backup"],
    "disk-full": ["the disk of {db} is full", "free some space, then run it again"],
    "no-more-files": [
        "the disk of {db} has room for no more files",
        "delete files there (`df -i` shows how many it may hold), then run it again",
    ],
    "disk-error": [
        "the disk of {db} failed",
        "look for disk errors and free space on its machine, then run `pnpm db:verify`",
    ],
    constraint: ["{db} refused a row", "correct the row that the constraint names"],
    sql: ["{db} refused a statement", "correct the statement"],
} satisfies Readonly<Record<string, Sentence>>;

/** What went wrong with the database, whichever driver reported it. */
export type FaultKind = Extract<keyof typeof sentences, ErrorCode> | "interrupted";
/** A more exact reason, where the kind alone would make a vague sentence. */
export type FaultVariant = Exclude<keyof typeof sentences, ErrorCode>;
