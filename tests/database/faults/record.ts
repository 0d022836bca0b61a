import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Finding } from "./trial.ts";

/** The committed file with every sentence. */
export const recordFile = fileURLToPath(new URL("sentences.txt", import.meta.url));

/** One finding, and the commands that share it. */
export interface Recorded extends Finding {
    readonly commands: readonly string[];
}

/** What commands say, by fault. */
export type FaultRecord = Readonly<{ [fault: string]: readonly Recorded[] }>;

/** One cell of the table. */
export interface Cell {
    readonly fault: string;
    readonly command: string;
    readonly finding: Finding;
}

/** Reads the committed file; nothing where there is none yet. */
export function readRecord(): FaultRecord {
    const record: { [fault: string]: Recorded[] } = {};
    let says: string[] = [];
    let findings: Recorded[] = [];
    for (const line of existsSync(recordFile) ? readFileSync(recordFile, "utf8").split("\n") : []) {
        const [, fault] = /^== (.*)$/.exec(line) ?? [];
        const [, commands, exit, database] =
            /^-- (.*): exit code (\d+), database (as before|as after)$/.exec(line) ?? [];
        if (fault !== undefined) {
            findings = [];
            record[fault] = findings;
        } else if (commands !== undefined) {
            says = [];
            const state = database as Finding["database"];
            findings.push({ commands: commands.split(", "), exit: Number(exit), database: state, says });
        } else if (line !== "") says.push(line);
    }
    return record;
}

/** What the committed file says of one cell, in the form of a finding. */
export function findRecorded(record: FaultRecord, fault: string, command: string): Finding | undefined {
    const found = record[fault]?.find(({ commands }) => commands.includes(command));
    return found && { exit: found.exit, database: found.database, says: found.says };
}

/** The file's text for all cells: commands that say the same stand together. */
export function renderRecord(cells: readonly Cell[]): string {
    const faults = new Map<string, Map<string, string[]>>();
    for (const { fault, command, finding } of cells) {
        const { exit, database, says } = finding;
        const text = [`exit code ${exit}, database ${database}`, ...says].join("\n");
        const found = faults.get(fault) ?? new Map<string, string[]>();
        faults.set(fault, found);
        found.set(text, [...(found.get(text) ?? []), command]);
    }
    const parts = [...faults].map(([fault, found]) =>
        [`== ${fault}`, ...[...found].map(([text, commands]) => `-- ${commands.join(", ")}: ${text}`)].join("\n\n"),
    );
    return `${parts.join("\n\n\n")}\n`;
}
