import { Writable } from "node:stream";
import { createColors } from "picocolors";
import type { AppError } from "../errors.ts";
import { createRedactor } from "../redaction.ts";
import { writeJson } from "../text/written.ts";

/**
 * The only writer to stdout and stderr. Redacts secrets in everything it prints, and replaces characters of names and values that
 * would control the terminal. A line may have line breaks, and so may an outcome; a cell, a value, a message and a hint are printed on one line.
 */
export interface Output {
    readonly json: boolean;
    /** A line of the result, on stdout; not under --json. */
    line(text?: string): void;
    /** `Label: value`, padded so that the values of consecutive lines are aligned. */
    field(label: string, value: string): void;
    /** Aligned columns, on stdout, at most 80 characters wide where no terminal shows them; not under --json. */
    table(rows: readonly (readonly string[])[]): void;
    /** A coloured diff, on stdout; not under --json. */
    diff(lines: readonly { readonly sign: "-" | "+" | " "; readonly text: string }[]): void;
    /** A line on stderr: a note, a wait, progress. */
    note(text: string): void;
    warn(text: string): void;
    error(error: AppError): void;
    /** The JSON document, on stdout; only under --json. An object gets the name of the database and the milliseconds of the run. */
    document(value: unknown): void;
    /** The database of the run, by its name without credentials: as the first line, and in the JSON document. */
    database(label: string, notes?: string): void;
    /** Unformatted text on stdout, even under --json: a script, a generated file. Unchanged where no terminal shows it. */
    raw(text: string): void;
    /** Sends further lines to stderr, because stdout is for a script that may be piped into a shell. */
    divert(): void;
    /** Redacts `secret` from now on. */
    hide(secret: string): void;
    /** Removes what is redacted from a text that is shown elsewhere. */
    redact(text: string): string;
    /** Returns the live text; undefined under --json and without a terminal. */
    openLiveText(): Promise<LiveText | undefined>;
}

/** Text on stderr below all lines. Printing a line erases it until the next draw(). */
export interface LiveText {
    /** The current width of the terminal. */
    readonly columns: number;
    /** Replaces the previous text. */
    draw(text: string): void;
    erase(): void;
}

/** The size of a terminal; 0 or undefined if unknown. */
interface TerminalSize {
    readonly columns?: number;
    readonly rows?: number;
}

const fieldWidth = 10;
/** Control characters, but for tabs and line breaks, and characters that turn the direction of text or break its lines. */
const controls = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const anyToken = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const tokenParameter = /(auth_?token=)[^&\s"']+/gi;
/** The user name and password of an address; path.resolve() makes one slash of two. Not `https://host:8080/@scope`. */
const credentials = /\b([a-z][\w+.-]*:\/{1,2})(?:[^\s"'`<>/@:]*:(?!\d*\/)[^\s"'`<>]*|[^\s"'`<>/@:]+)@/gi;

function clean(text: string): string {
    return text.replaceAll("\r\n", "\n").replace(controls, "?");
}

function toOneLine(text: string): string {
    return clean(text).replace(/\s*\n\s*/g, " ");
}

/** The width that a table keeps to where no terminal wraps its lines. */
const tableWidth = 80;
/** A narrower last column is not wrapped. */
const narrowestColumn = 12;

/**
 * Renders columns with two spaces between them, and each cell on one line; the last column is not padded, and continues on
 * further lines where the table would be wider than `width`.
 */
export function renderTable(table: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
    const rows = table.map((cells) => cells.map(toOneLine));
    const widths: number[] = [];
    for (const row of rows) {
        row.forEach((cell, column) => {
            widths[column] = Math.max(widths[column] ?? 0, cell.length);
        });
    }
    return rows.flatMap((row) => {
        const before = row.slice(0, -1).map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `);
        const indent = before.join("").length;
        return wrapWords(row.at(-1) ?? "", width - indent).map((line, at) =>
            `${at === 0 ? before.join("") : " ".repeat(indent)}${line}`.trimEnd(),
        );
    });
}

function wrapWords(text: string, room: number): string[] {
    if (text.length <= room || room < narrowestColumn) return [text];
    const lines: string[] = [];
    for (const word of text.split(" ")) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
    }
    return lines;
}

/**
 * @param options.color write escape codes
 * @param options.isShown a terminal shows stdout
 * @param options.terminal the terminal behind stderr, if it is interactive
 * @param options.elapsed milliseconds since the run began, for the JSON document
 * @param options.write receives the text; writes to stdout and stderr by default
 */
export function createOutput(options: {
    json: boolean;
    color: boolean;
    isShown?: boolean;
    terminal?: TerminalSize | undefined;
    write?: (stream: "stdout" | "stderr", text: string) => void;
    elapsed?: () => number;
}): Output {
    const colors = createColors(options.color);
    const secrets = new Set<string>();
    let lines: "stdout" | "stderr" = "stdout";
    const write = options.write ?? ((stream, text) => void process[stream].write(text));

    let removeSecrets = createRedactor(secrets);
    const redactRaw = (text: string): string =>
        removeSecrets(text).replace(anyToken, "[token]").replace(tokenParameter, "$1[token]");
    const redact = (text: string): string => redactRaw(text).replace(credentials, "$1[token]@");
    let live: LiveText | undefined;
    const put = (stream: "stdout" | "stderr", text: string): void => {
        live?.erase();
        write(stream, text);
    };
    const print = (stream: "stdout" | "stderr", text: string): void => put(stream, `${redact(text)}\n`);

    let database: string | undefined;
    const describeRun = (value: unknown): unknown => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
        const known = database === undefined ? {} : { database };
        const measured = options.elapsed ? { milliseconds: Math.round(options.elapsed()) } : {};
        return { ...known, ...measured, ...value };
    };

    const output: Output = {
        json: options.json,
        line(text = "") {
            if (!options.json) print(lines, clean(text));
        },
        divert() {
            lines = "stderr";
        },
        field(label, value) {
            output.line(`${`${label}:`.padEnd(fieldWidth - 1)} ${toOneLine(value)}`);
        },
        table(rows) {
            const width = options.isShown ? undefined : tableWidth;
            for (const row of renderTable(rows, width)) output.line(row);
        },
        diff(changed) {
            const paint = { "-": colors.red, "+": colors.green, " ": colors.dim };
            if (options.json) return;
            for (const { sign, text } of changed) print(lines, paint[sign](`  ${sign} ${clean(text)}`.trimEnd()));
        },
        note(text) {
            print("stderr", clean(text));
        },
        warn(text) {
            print("stderr", `${colors.yellow("warning:")} ${clean(text)}`);
        },
        error(error) {
            const { code, message, details, hint = null, outcome = null } = error;
            const parts = [`${colors.red("error:")} ${toOneLine(message)}`];
            if (details.length > 0) parts.push("", ...details.map(clean));
            if (hint) parts.push("", `${colors.bold("hint:")} ${toOneLine(hint)}`);
            if (outcome) parts.push("", clean(outcome));
            print("stderr", parts.join("\n"));
            output.document({ error: { code, message, details, hint, outcome } });
        },
        document(value) {
            if (options.json) print("stdout", escapeControls(writeJson(describeRun(value), 2)));
        },
        database(label, notes = "") {
            database = label;
            output.field("Database", `${label}${notes}`);
        },
        raw(text) {
            // Addresses stay: a script may hold examples of them.
            put("stdout", redactRaw(options.isShown ? clean(text) : text));
        },
        redact,
        hide(secret) {
            if (secret === "") return;
            secrets.add(secret);
            removeSecrets = createRedactor(secrets);
        },
        async openLiveText() {
            if (!options.terminal || options.json) return undefined;
            live ??= await createLiveText(options.terminal, (text) => write("stderr", redact(text)));
            return live;
        },
    };
    return output;
}

// JSON leaves some of them as they are; the values stay the same.
function escapeControls(json: string): string {
    return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Loading the library takes longer than some commands, so it is loaded only here.
async function createLiveText(terminal: TerminalSize, write: (text: string) => void): Promise<LiveText> {
    const { createLogUpdate } = await import("log-update");
    const stream = new Writable({
        write: (text, _, done) => {
            write(String(text));
            done();
        },
    });
    // Getters, because the window can be resized.
    Object.defineProperties(stream, {
        columns: { get: () => terminal.columns || 80 },
        rows: { get: () => terminal.rows || 24 },
    });
    // To hide the cursor it would handle signals and end the process, where Ctrl-C must end a load cleanly.
    const update = createLogUpdate(stream, { showCursor: true });
    return {
        get columns() {
            return terminal.columns || 80;
        },
        draw: (text) => update(clean(text)),
        erase: () => update.clear(),
    };
}
