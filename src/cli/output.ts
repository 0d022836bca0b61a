import { Writable } from "node:stream";
import { createColors } from "picocolors";
import type { AppError } from "../errors.ts";

/** The only writer to stdout and stderr. Everything that it prints passes the redaction. */
export interface Output {
    readonly json: boolean;
    /** A line of the result, on stdout; left out under --json. */
    line(text?: string): void;
    /** The words before the colon are padded so that the values of consecutive lines stand in one column. */
    field(label: string, value: string): void;
    /** Aligned columns, on stdout; left out under --json. */
    table(rows: readonly (readonly string[])[]): void;
    /** Lines that two texts differ in, those of each in its colour, on stdout; left out under --json. */
    diff(lines: readonly { readonly sign: "-" | "+" | " "; readonly text: string }[]): void;
    /** A line on stderr that is no error: a note, a wait, progress. */
    note(text: string): void;
    warn(text: string): void;
    error(error: AppError): void;
    /** The one document of a --json run, on stdout; left out otherwise. */
    document(value: unknown): void;
    /** Text as it is, on stdout, also under --json (a script, a generated file). */
    raw(text: string): void;
    /** From now on lines go to stderr: stdout is for a script that somebody may pipe into a shell. */
    divert(): void;
    /** From now on `secret` is replaced wherever it would be printed. */
    hide(secret: string): void;
    /** Gives the end of the terminal to draw on; undefined under --json, and where nobody watches. */
    openLiveText(): Promise<LiveText | undefined>;
}

/** Text on stderr below all lines: a line takes it away, and the next drawing brings it back. */
export interface LiveText {
    /** How wide the terminal is now. */
    readonly columns: number;
    /** Draws in the place of what was drawn before. */
    draw(text: string): void;
    erase(): void;
}

/** The size of a terminal; 0 or undefined where it does not say. */
interface TerminalSize {
    readonly columns?: number;
    readonly rows?: number;
}

const fieldWidth = 10;
/** Shorter ones say nothing, and may be words. */
const shortestPart = 12;
const anyToken = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const tokenParameter = /(auth_?token=)[^&\s"']+/gi;

/** Renders columns with two spaces between them; the last column is not padded. */
export function renderTable(rows: readonly (readonly string[])[]): string[] {
    const widths: number[] = [];
    for (const row of rows) {
        row.forEach((cell, column) => {
            widths[column] = Math.max(widths[column] ?? 0, cell.length);
        });
    }
    return rows.map((row) =>
        row
            .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
            .join("  ")
            .trimEnd(),
    );
}

/**
 * @param options.color whether escape codes may be written; the caller decides by the terminal and NO_COLOR
 * @param options.terminal the one behind stderr, where somebody watches it
 * @param options.write where the text goes; stdout and stderr unless a caller collects it
 */
export function createOutput(options: {
    json: boolean;
    color: boolean;
    terminal?: TerminalSize | undefined;
    write?: (stream: "stdout" | "stderr", text: string) => void;
}): Output {
    const colors = createColors(options.color);
    const secrets = new Set<string>();
    let lines: "stdout" | "stderr" = "stdout";
    const write = options.write ?? ((stream, text) => void process[stream].write(text));

    const redact = (text: string): string => {
        let clean = text;
        for (const secret of [...secrets].sort((a, b) => b.length - a.length))
            clean = clean.replaceAll(secret, "[token]");
        return clean.replace(anyToken, "[token]").replace(tokenParameter, "$1[token]");
    };
    let live: LiveText | undefined;
    const put = (stream: "stdout" | "stderr", text: string): void => {
        live?.erase();
        write(stream, redact(text));
    };
    const print = (stream: "stdout" | "stderr", text: string): void => put(stream, `${text}\n`);

    const output: Output = {
        json: options.json,
        line(text = "") {
            if (!options.json) print(lines, text);
        },
        divert() {
            lines = "stderr";
        },
        field(label, value) {
            output.line(`${`${label}:`.padEnd(fieldWidth - 1)} ${value}`);
        },
        table(rows) {
            for (const row of renderTable(rows)) output.line(row);
        },
        diff(changed) {
            const paint = { "-": colors.red, "+": colors.green, " ": colors.dim };
            for (const { sign, text } of changed) output.line(paint[sign](`  ${sign} ${text}`.trimEnd()));
        },
        note(text) {
            print("stderr", text);
        },
        warn(text) {
            print("stderr", `${colors.yellow("warning:")} ${text}`);
        },
        error(error) {
            const parts = [`${colors.red("error:")} ${error.message}`];
            if (error.details.length > 0) parts.push("", ...error.details);
            if (error.hint) parts.push("", `${colors.bold("hint:")} ${error.hint}`);
            if (error.outcome) parts.push("", error.outcome);
            print("stderr", parts.join("\n"));
            output.document({ error: describeError(error) });
        },
        document(value) {
            if (options.json) print("stdout", JSON.stringify(value, null, 2));
        },
        raw(text) {
            put("stdout", text);
        },
        hide(secret) {
            // A part of a token is as good as the whole to whoever has seen the other parts.
            for (const part of [secret, ...secret.split(".").filter((text) => text.length >= shortestPart)]) {
                if (part.length === 0) continue;
                secrets.add(part);
                // As it stands in a JSON document.
                secrets.add(JSON.stringify(part).slice(1, -1));
            }
        },
        async openLiveText() {
            if (!options.terminal || options.json) return undefined;
            live ??= await createLiveText(options.terminal, (text) => write("stderr", redact(text)));
            return live;
        },
    };
    return output;
}

// The library is loaded only here: that takes longer than many a command.
async function createLiveText(terminal: TerminalSize, write: (text: string) => void): Promise<LiveText> {
    const { createLogUpdate } = await import("log-update");
    const stream = new Writable({
        write: (text, _, done) => {
            write(String(text));
            done();
        },
    });
    // Asked anew for each drawing: windows change their size.
    Object.defineProperties(stream, {
        columns: { get: () => terminal.columns || 80 },
        rows: { get: () => terminal.rows || 24 },
    });
    // To hide the cursor, it would listen to signals, and end the process where Ctrl-C is to end a load in good order.
    const update = createLogUpdate(stream, { showCursor: true });
    return {
        get columns() {
            return terminal.columns || 80;
        },
        draw: (text) => update(text),
        erase: () => update.clear(),
    };
}

function describeError(error: AppError): Record<string, unknown> {
    return {
        code: error.code,
        message: error.message,
        details: error.details,
        hint: error.hint ?? null,
        outcome: error.outcome ?? null,
    };
}
