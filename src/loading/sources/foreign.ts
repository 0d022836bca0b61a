import { closeSync, openSync, readSync } from "node:fs";

/** A format that no loader reads. */
interface ForeignFormat {
    /** What it is, and how its records become JSON. */
    readonly says: string;
    /** Its text is of no use in a reject file. */
    readonly isBinary?: boolean;
}

const print = "`sqlite3 -json FILE 'SELECT * FROM t'`";

const formats: readonly (ForeignFormat & { readonly begins: RegExp })[] = [
    {
        begins: /^SQLite format 3\0/,
        says: `it is a SQLite database; bring it here with \`pnpm db:adopt\`, keep it with \`pnpm db:backup\`, or print a table as JSON with ${print}`,
        isBinary: true,
    },
    {
        begins: /^\s*(?:--[^\n]*\n\s*)*(?:PRAGMA|BEGIN|CREATE|INSERT|DROP|DELETE|ALTER)\s/i,
        says: `it is SQL; run it in a database of its own with \`sqlite3 FILE\`, then print each table as JSON with ${print}`,
    },
    {
        // A line of two or more names, as of columns.
        begins: /^(?:[a-z_]\w*|"[a-z_]\w*")(?:([,;\t])(?:[a-z_]\w*|"[a-z_]\w*"))(?:\1(?:[a-z_]\w*|"[a-z_]\w*"))*[ \r]*(?:\n|$)/i,
        says: `it is CSV; print the table as JSON instead, with ${print}`,
    },
];

/** Recognises text that is not JSON by its beginning. */
export function findForeignFormat(text: string): ForeignFormat | undefined {
    return formats.find(({ begins }) => begins.test(text));
}

const headBytes = 4096;

/** As findForeignFormat(), for a file that is not read as a whole. */
export function findForeignFile(file: string): ForeignFormat | undefined {
    const head = Buffer.alloc(headBytes);
    const descriptor = openSync(file, "r");
    try {
        return findForeignFormat(head.toString("latin1", 0, readSync(descriptor, head)));
    } finally {
        closeSync(descriptor);
    }
}
