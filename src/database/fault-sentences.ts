import type { ErrorCode } from "../errors.ts";

/** What went wrong between us and the database, independent of the driver that said so. */
export type FaultKind = Extract<
    ErrorCode,
    | "unreachable"
    | "connection-lost"
    | "unauthorized"
    | "forbidden"
    | "not-found"
    | "server-fault"
    | "blocked"
    | "busy"
    | "transaction-timeout"
    | "cannot-open"
    | "read-only-file"
    | "not-a-database"
    | "corrupt"
    | "disk-full"
    | "constraint"
    | "sql"
    | "interrupted"
>;

/** What a fault is more exactly, where its kind alone would leave the user with a vague sentence. */
export type FaultVariant =
    | "refused"
    | "unknown-host"
    | "no-route"
    | "no-tls"
    | "certificate"
    | "redirected"
    | "no-answer"
    | "rate-limited"
    | "not-available"
    | "foreign-reply"
    | "too-large"
    | "rows-changed"
    | "expired"
    | "no-folder"
    | "is-folder"
    | "no-permission"
    | "read-only-folder"
    | "moved"
    | "truncated"
    | "disk-error";

/** What a user reads of a fault: the sentence, with the name of the database in it, and the remedy. */
type Sentence = readonly [sentence: (database: string) => string, remedy: string];

const showUrl = "compare the URL with `turso db show <database> --url`";
const statusPage = "if it lasts, see https://status.turso.tech";

/** A sentence and a remedy for each kind of fault, and for the variants of which a kind alone would say too little. */
export const sentences: Readonly<Record<FaultKind | FaultVariant, Sentence>> = {
    unreachable: [(db) => `cannot reach ${db}`, "check the host name, the port and the network, then run it again"],
    refused: [
        (db) => `cannot reach ${db}: nothing listens there`,
        "start the server, or check the port; `--wait 30` waits for one that is starting",
    ],
    "unknown-host": [(db) => `cannot reach ${db}: there is no host of that name`, `${showUrl}, and check the network`],
    "no-route": [
        (db) => `cannot reach ${db}: the network does not lead there`,
        "check the network, and whether a firewall or a VPN stands in between",
    ],
    "no-tls": [
        (db) => `cannot reach ${db}: it does not speak TLS`,
        "for a server without TLS write http:// in the place of https:// or libsql://",
    ],
    certificate: [
        (db) => `cannot reach ${db}: its certificate is not trusted`,
        "check the host name and this machine's clock; for an authority of your own set NODE_EXTRA_CA_CERTS",
    ],
    "connection-lost": [
        (db) => `the connection to ${db} broke`,
        "run `pnpm db:status` to see what the database is now",
    ],
    unauthorized: [
        (db) => `${db} does not accept the token`,
        "make a new one with `turso db tokens create <database>`",
    ],
    forbidden: [(db) => `the token may not write to ${db}`, "use the read-write token of this database"],
    "not-found": [(db) => `there is no such database at ${db}`, showUrl],
    redirected: [(db) => `${db} sends its callers elsewhere`, showUrl],
    "server-fault": [(db) => `${db} failed to answer`, `run \`pnpm db:status\`; ${statusPage}`],
    "no-answer": [(db) => `${db} did not answer in time`, `run \`pnpm db:status\`; ${statusPage}`],
    "rate-limited": [
        (db) => `${db} takes no more requests for now`,
        "run it again in a minute, or with `--wait 60`; others may be asking too much of it",
    ],
    "not-available": [
        (db) => `${db} is not available now`,
        `run it again in a minute, or with \`--wait 60\`; ${statusPage}`,
    ],
    "foreign-reply": [
        (db) => `the server at ${db} is not a libSQL server`,
        `${showUrl}; is there a proxy or a login page in between?`,
    ],
    "too-large": [
        (db) => `${db} takes no request of that size`,
        "send less at once: `--per-file`, or smaller migrations",
    ],
    blocked: [
        (db) => `${db} is blocked`,
        "its quota is used up or writes are blocked: see the plan in the Turso dashboard",
    ],
    busy: [
        (db) => `${db} is locked by another writer`,
        "wait until the other program is done, or end it, then run it again; `--wait 300` waits for it",
    ],
    "rows-changed": [(db) => `others write to ${db} at the same time`, "run it again when fewer write"],
    "transaction-timeout": [
        (db) => `${db} ended the transaction because others waited for the lock`,
        "run it again when there are no other writers; a long migration is better split into smaller ones",
    ],
    expired: [(db) => `${db} ended the connection because it stood idle`, "run it again"],
    "cannot-open": [(db) => `cannot open ${db}`, "check that its folder exists and that you may write there"],
    "no-folder": [(db) => `cannot open ${db}: its folder does not exist`, "make the folder, or check the path"],
    "is-folder": [(db) => `cannot open ${db}: it is a folder`, "name a file in it"],
    "no-permission": [
        (db) => `cannot open ${db}: permission denied`,
        "check who owns the file and its folder, and run it as a user who may write both",
    ],
    "read-only-file": [(db) => `${db} cannot be written`, "check the permissions of the file"],
    "read-only-folder": [
        (db) => `${db} cannot be written: its folder is read-only`,
        "check the permissions of the folder: a journal is written beside the file",
    ],
    moved: [
        (db) => `${db} was moved or deleted while it was open`,
        "put the file back, or check what removes it, then run it again",
    ],
    "not-a-database": [
        (db) => `${db} is not an SQLite database`,
        "check the path; the file may be encrypted or another kind",
    ],
    corrupt: [(db) => `${db} is damaged`, "copy the file first, then restore a backup"],
    truncated: [(db) => `${db} is cut off`, "it was not copied whole: copy it again, or restore a backup"],
    "disk-full": [(db) => `the disk of ${db} is full`, "free some space, then run it again"],
    "disk-error": [
        (db) => `the disk of ${db} failed`,
        "look for disk errors and free space on its machine, then run `pnpm db:verify`",
    ],
    constraint: [(db) => `${db} refused a row`, "correct the row that the constraint names"],
    sql: [(db) => `${db} refused a statement`, "correct the statement"],
    interrupted: [() => "interrupted", "run the command again to go on"],
};
