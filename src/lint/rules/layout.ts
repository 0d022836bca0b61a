import { defineRules } from "../rule.ts";

/** Rules for triggers, which `pnpm sql:format` does not format. */
export const layoutRules = defineRules("style", [
    {
        id: "white-space",
        summary:
            "a tab, or spaces at the end of a line, in a trigger; a trigger's file that does not end with one newline",
        why: "The formatter (`pnpm sql:format`) skips triggers.",
        remedy: "use 4 spaces, and none at the end of a line",
        summed: "lines have a wrong white space",
        *find({ kind, sql }) {
            if (kind !== "trigger") return;
            for (const [at, line] of sql.split("\n").entries()) {
                if (line.includes("\t")) yield { line: at + 1, message: "contains a tab" };
                else if (/ $/.test(line)) yield { line: at + 1, message: "ends with a space" };
            }
            const last = sql.split("\n").length - 1;
            if (!/[^\n]\n$/.test(sql)) yield { line: Math.max(last, 1), message: "does not end with one newline" };
        },
    },
]);
