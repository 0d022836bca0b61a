import { keepDiagram } from "./diagram.ts";
import type { DraftQuestion } from "./question.ts";

const asks =
    /^(?:what|how|why|when|which|where|who|is|are|does|do|did|can|could|should|would|will)\b[^.!?:\n]*[\p{L}\p{N})"'`]$/iu;

/**
 * Corrects what needs no judgement: spaces around the texts, tags in lower case and each once, a question mark behind a single
 * question without one, and no diagram that does not begin as Mermaid source does.
 */
export function fixFormat<Draft extends DraftQuestion>(draft: Draft): Draft {
    const question = draft.question.trim();
    const tags = draft.tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== "");
    return {
        ...draft,
        question: asks.test(question) ? `${question}?` : question,
        answer: draft.answer.trim(),
        explanation: draft.explanation.trim(),
        tags: [...new Set(tags)],
        diagram: keepDiagram(draft.diagram),
    };
}
