import type { Visit } from "../../../src/console/site.ts";
import { readSearchWords } from "../../../src/search/words.ts";

export const difficulties = ["beginner", "intermediate", "advanced"];
export const statuses = ["active", "flagged", "deleted"];

/** What the list of questions is asked for. */
export interface QuestionFilters {
    /** Searched for; empty for nothing. */
    readonly text: string;
    readonly words: readonly string[];
    readonly channel: string;
    readonly difficulty: string;
    readonly status: string;
    /** The id that the page begins after. */
    readonly after: string;
    /** Whether the full text can answer: it holds words of active questions. */
    readonly suitsFullText: boolean;
}

/** Reads the filters of an address; what is not one of the known values counts as none. */
export function readFilters({ query }: Pick<Visit, "query">): QuestionFilters {
    const get = (name: string): string => (query.get(name) ?? "").trim();
    const choose = (name: string, values: readonly string[]): string => (values.includes(get(name)) ? get(name) : "");
    const [text, status] = [get("q").slice(0, 400), choose("status", statuses)];
    const words = readSearchWords(text);
    return {
        text,
        words,
        channel: get("channel"),
        difficulty: choose("difficulty", difficulties),
        status,
        after: query.get("after") ?? "",
        suitsFullText: words.length > 0 && (status === "" || status === "active"),
    };
}

/** The address of the list with these filters. */
export function toAddress(filters: Partial<Omit<QuestionFilters, "words" | "suitsFullText">>): string {
    const { text = "", channel = "", difficulty = "", status = "", after = "" } = filters;
    const query = new URLSearchParams(
        Object.entries({ q: text, channel, difficulty, status, after }).filter(([, value]) => value !== ""),
    );
    return query.size === 0 ? "/questions" : `/questions?${query}`;
}

/** A pattern of LIKE for a text: its wildcards are taken as they are. */
export function toPattern(text: string): string {
    return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
