import { startProxy } from "../../tests/support/proxy.ts";
import type { Target } from "./databases.ts";
import { type Input, questionMark } from "./input.ts";
import { loadFrom, runProcesses } from "./programs.ts";

/** What was sent over the connection. */
export interface Traffic {
    requests: number;
    /** Of the requests' bodies. */
    bytes: number;
    /** Questions whose text stood in a request. */
    questions: number;
    rowsRead: number;
    rowsWritten: number;
}

export interface LoadTraffic {
    /** Loading the questions into an empty database: with mappings, and with what the triggers write. */
    questions: Traffic;
    /** Loading the history after that; nothing where it is not loaded. */
    history: Traffic;
    /** The questions once more. */
    again: Traffic;
}

/** Loads twice through a proxy that counts. */
export async function countTraffic(
    target: Target,
    input: Input,
    withHistory: boolean,
    project: string,
): Promise<LoadTraffic> {
    const database = await target.createDatabase();
    let traffic = startCount();
    const proxy = await startProxy(database.url, {
        onRequest: (_, body) => {
            traffic.requests++;
            traffic.bytes += Buffer.byteLength(body);
            traffic.questions += body.split(questionMark).length - 1;
        },
        onReply: (_, body) => {
            traffic.rowsRead += sumOf(body, "rows_read");
            traffic.rowsWritten += sumOf(body, "rows_written");
        },
    });
    const measure = async (processes: readonly string[][]): Promise<Traffic> => {
        traffic = startCount();
        await runProcesses(processes, proxy.url, project);
        return traffic;
    };
    try {
        const result = {
            questions: await measure([loadFrom(input.questions)]),
            history: await measure(withHistory ? [loadFrom(input.history)] : []),
            again: await measure([loadFrom(input.questions)]),
        };
        if (result.questions.questions < input.count) {
            throw new Error(
                "The requests of the first load do not show the questions: whether later ones do is unknown.",
            );
        }
        return result;
    } finally {
        await proxy.close();
        await database.close();
    }
}

function startCount(): Traffic {
    return { requests: 0, bytes: 0, questions: 0, rowsRead: 0, rowsWritten: 0 };
}

function sumOf(body: string, field: string): number {
    const found = body.matchAll(new RegExp(`"${field}":(\\d+)`, "g"));
    return [...found].reduce((sum, [, value]) => sum + Number(value), 0);
}
