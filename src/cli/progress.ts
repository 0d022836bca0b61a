import type { Output } from "./output.ts";

/** Shows the progress of work on several tables. */
export interface Progress {
    readonly progress: (what: string, done: number, of: number) => void;
    /** Clears the progress; called after success and after failure. */
    readonly end: () => void;
}

const secondsBetweenLines = 2;
const longestBar = 30;
const shortestBar = 10;

/** Shows rows done, rate and remaining time: as a bar on a terminal, else as a line every two seconds. */
export async function createProgress(output: Output, clock = () => performance.now()): Promise<Progress> {
    const live = await output.openLiveText();
    const begin = clock();
    let [started, called, printed] = [begin, begin, begin];
    let current = "";
    return {
        progress: (loader, done, of) => {
            const now = clock();
            if (loader !== current) [current, started] = [loader, called];
            called = now;
            const seconds = Math.max(now - started, 1) / 1000;
            if (live) {
                // No bar at 100 %: the summary has a line for each loader.
                if (done < of) live.draw(renderProgressBar(loader, done, of, seconds, live.columns));
                else live.erase();
                return;
            }
            if (now - printed < secondsBetweenLines * 1000) return;
            printed = now;
            output.note(renderProgress(loader, done, of, seconds));
        },
        end: () => live?.erase(),
    };
}

/** `questions: 12,000 of 30,000, 4,000 a second, 5 s left` */
export function renderProgress(loader: string, done: number, of: number, seconds: number): string {
    const rate = done / seconds;
    const [counted, total, speed] = [done, of, Math.round(rate)].map((value) => value.toLocaleString("en-US"));
    // At the beginning nothing is known about the end.
    const left = done > 0 ? `, ${Math.max(0, Math.ceil((of - done) / rate))} s left` : "";
    return `${loader}: ${counted} of ${total}, ${speed} a second${left}`;
}

/** `[====      ] questions: 12,000 of 30,000, …`; the bar uses the remaining width. */
export function renderProgressBar(loader: string, done: number, of: number, seconds: number, columns: number): string {
    const text = renderProgress(loader, done, of, seconds);
    const length = Math.min(longestBar, columns - text.length - "[] ".length);
    if (length < shortestBar) return text;
    return `[${"=".repeat(Math.floor((length * done) / of)).padEnd(length)}] ${text}`;
}

/** Less work is finished before a bar could be read. */
const shownFrom = { rows: 1_000, bytes: 1_000_000 };

/** Shows progress in rows, if there are many. */
export function showRows(progress: Progress["progress"], table: string, done: number, of: number): void {
    if (of >= shownFrom.rows) progress(table, done, of);
}

/** Shows progress in bytes, if there are many. */
export function showBytes(progress: Progress["progress"], what: string, done: number, of: number): void {
    if (of >= shownFrom.bytes) progress(what, done, of);
}
