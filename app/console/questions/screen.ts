import type { Screen } from "../../../src/console/site.ts";
import { showQuestions } from "./list.tsx";
import { showQuestion } from "./page.tsx";

/** The questions, and each with its history. */
export const questionsScreen: Screen = {
    label: "Questions",
    path: "/questions",
    routes: [
        { pattern: "/questions", show: showQuestions },
        { pattern: "/questions/:id", show: showQuestion },
    ],
};
