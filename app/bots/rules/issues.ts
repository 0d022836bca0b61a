/**
 * What is done about an issue: `improve` and `enrich` ask a model to rewrite or to add, `fix_format` is done by rules,
 * `flag` leaves the question to a person, `keep` does nothing. None of them deletes.
 */
export type IssueAction = "improve" | "enrich" | "fix_format" | "flag" | "keep";

const issuesOf: Readonly<Record<IssueAction, string>> = {
    improve: `
        missing_answer missing_explanation short_question short_answer short_explanation long_question long_answer
        long_explanation truncated_answer truncated_explanation placeholder_content placeholder_answer garbled_answer
        garbled_explanation json_answer multiple_choice_answer invalid_difficulty too_many_tags
        low_technical_accuracy low_clarity low_completeness low_practical_relevance low_structure_quality
        low_difficulty_calibration difficulty_mismatch vague_question answer_mismatch repetitive_content
        option_length_bias verbose_for_voice answer_has_markdown_bold answer_has_code_block answer_has_headings
        explanation_missing_sections explanation_missing_common_mistake explanation_missing_interview_tip
        user_improve user_rewrite`,
    enrich: `
        missing_tags insufficient_tags missing_diagram missing_companies missing_videos missing_code_example
        missing_voice_keywords insufficient_voice_keywords excessive_voice_keywords weak_voice_keywords`,
    fix_format: "invalid_tags invalid_diagram missing_question_mark",
    flag: `
        missing_question garbled_question broken_text irrelevant_behavioral likely_duplicate potential_duplicate
        invalid_channel invalid_sub_channel channel_mismatch low_channel_relevance user_disable`,
    keep: "missing_sub_channel",
};

/** What each issue leads to: the issues of the rules here, and those that the original bots queue. */
export const issueActions: ReadonlyMap<string, IssueAction> = new Map(
    (Object.keys(issuesOf) as IssueAction[]).flatMap((action) =>
        issuesOf[action]
            .trim()
            .split(/\s+/)
            .map((issue): [string, IssueAction] => [issue, action]),
    ),
);

/** What a job's action itself asks for. `queued` says nothing of its own. */
const actionSteps: ReadonlyMap<string, readonly WorkStep[]> = new Map<string, readonly WorkStep[]>([
    ["verify", ["verify"]],
    ["delete", ["delete"]],
    ["improve", ["improve"]],
    ["enrich", ["enrich"]],
    ["fix_format", ["fix_format"]],
    ["fix_formatting", ["fix_format"]],
    ["complete_content", ["improve"]],
    ["add_details", ["improve"]],
    ["queued", []],
]);

export type WorkStep = IssueAction | "verify" | "delete";

/** What a job asks for. */
export interface WorkPlan {
    /** What to do, each once; none: the job cannot be done and is buried. */
    readonly steps: readonly WorkStep[];
    /** Unknown words, for the message of the failed job. */
    readonly unknown: readonly string[];
}

/**
 * Says what a job asks for. Only the action `delete` leads to a deletion, and `verify` and `delete` do nothing else. An issue
 * that is not known is named and never taken for another.
 *
 * @param action `work_queue.action`: one of the actions above, or an issue
 * @param issues those of its reason
 */
export function planWork(action: string, issues: readonly string[]): WorkPlan {
    if (action === "verify" || action === "delete") return { steps: [action], unknown: [] };
    const own = actionSteps.get(action);
    const words = [...new Set(own === undefined ? [action, ...issues] : issues)];
    const unknown = words.filter((word) => !issueActions.has(word));
    const actions = words.flatMap((word): WorkStep[] => {
        const found = issueActions.get(word);
        return found === undefined || found === "keep" ? [] : [found];
    });
    // Issues are more precise than the action above them. Where none of them is known, nothing is polished instead.
    const steps = actions.length + unknown.length === 0 ? (own ?? []) : actions;
    return { steps: [...new Set(steps)], unknown };
}

/** Which bot takes the jobs of an action or issue; undefined for one that no bot knows. */
export function findTaker(word: string): "verifier" | "processor" | undefined {
    if (word === "verify") return "verifier";
    return actionSteps.has(word) || issueActions.has(word) ? "processor" : undefined;
}

/** The actions and issues that jobs are known to have. */
export const knownActions: readonly string[] = [...actionSteps.keys(), ...issueActions.keys()];

/** Whether a job of this action asks for a model, as far as its action tells. */
export function needsModel(action: string): boolean {
    return planWork(action, []).steps.some((step) => step === "improve" || step === "enrich");
}
