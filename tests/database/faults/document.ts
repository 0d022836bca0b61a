import type { FaultRecord, Recorded } from "./record.ts";

interface Row {
    readonly fault: string;
    readonly error: string;
    readonly hint: string;
    readonly exit: number;
}

/** The table for people: fault, what it says, what to do, exit code. Made of the recorded sentences. */
export function renderDocument(record: FaultRecord): string {
    const rows = Object.entries(record).flatMap(([title, findings]) =>
        findings.map((finding) => toRow(title, finding)),
    );
    return [
        "# What can go wrong, and what to do",
        "",
        "Every fault below was tried with every command that can meet it, on an embedded file and on a libSQL server. In",
        "each case the database was as before or as after, and nothing that was printed held the token. The sentences are",
        "those of `tests/database/faults/sentences.txt`, which the tests compare with what the commands say.",
        "",
        "## A database file",
        "",
        ...renderTable(rows, "file: "),
        "",
        "## A server",
        "",
        ...renderTable(rows, "server: "),
        "",
        "## What the database is now",
        "",
        "The last line of a failure says it.",
        "",
        ...renderOutcomes(record),
        "",
        "## What is tried again, and what is waited for",
        "",
        "- A connection that is refused, and a network that does not lead there, are tried three times within a second:",
        "  nothing was sent. What only reads is also tried again when a server answers 429, 502, 503 or 504, or when the",
        "  line breaks. A server's `Retry-After` is honoured up to 5 seconds.",
        "- What may have been written is never sent again. When a reply is lost, a deploy, a reset and a restore read the database",
        "  to find out what happened; a load says so and ends, and the same command continues it.",
        "- `--wait SECONDS` waits that long, each time, for a server that is not there yet, a locked file, and another",
        "  deployer; `--wait 0` does not wait. Without it the wait for a locked file is the usual one (a deploy: a",
        "  minute; a load: 5 seconds), and another deployer until its lease ends.",
        "- Each try is a request, and the last line counts it. Every wait is reported once on stderr: `Waiting: …`.",
        "",
    ].join("\n");
}

function toRow(title: string, { exit, says }: Recorded): Row {
    const find = (label: string): string => says.find((line) => line.startsWith(label))?.slice(label.length) ?? "";
    return { fault: title.replace(/, met by .*$/, ""), error: find("error: "), hint: find("hint: "), exit };
}

function renderTable(rows: readonly Row[], prefix: string): string[] {
    const lines = rows
        .filter(({ fault, error }) => fault.startsWith(prefix) && error !== "")
        .map(({ fault, error, hint, exit }) => {
            const cells = [fault.slice(prefix.length), error, hint, String(exit)];
            return `| ${cells.map(toCell).join(" | ")} |`;
        });
    return ["| Fault | What it says | What to do | Exit code |", "|---|---|---|---|", ...new Set(lines)];
}

function renderOutcomes(record: FaultRecord): string[] {
    const found = new Map<string, Set<string>>();
    for (const { commands, says } of Object.values(record).flat()) {
        const hint = says.findIndex((line) => line.startsWith("hint: "));
        for (const line of hint === -1 ? [] : says.slice(hint + 1)) {
            if (/^(Copy|Time):/.test(line)) continue;
            const text = line.replace(/version \d+/g, "version N");
            const known = found.get(text) ?? new Set();
            for (const command of commands) known.add(command);
            found.set(text, known);
        }
    }
    const lines = [...found].map(([text, commands]) => {
        const names = [...commands].map((name) => `\`${name}\``).join(", ");
        return `| ${toCell(text)} | ${names} |`;
    });
    return ["| Last line | Said by |", "|---|---|", ...lines.sort()];
}

function toCell(text: string): string {
    return text.replaceAll("|", "\\|").replace(/\{(\w+)\}/g, "*$1*");
}
