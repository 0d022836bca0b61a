import { refuseOtherOptions } from "../../../src/cli/options.ts";
import type { Context } from "../../../src/cli/program.ts";
import { AppError, type ExitCode } from "../../../src/errors.ts";
import { findSimilar } from "../../../src/text/similar.ts";
import type { SessionsOptions } from "../sessions/sessions.ts";
import type { ChallengeOptions } from "./challenges.ts";
import type { QuestionOptions } from "./questions.ts";
import type { TestOptions } from "./tests.ts";

export interface UnifiedOptions extends QuestionOptions, ChallengeOptions, TestOptions {
    readonly type?: string;
}

// Sessions have no other options.
function voiceOptions({ channel, dryRun, yes, count }: UnifiedOptions): SessionsOptions {
    return {
        ...(channel === undefined ? {} : { channel }),
        ...(count === undefined ? {} : { limit: count }),
        ...{ dryRun: dryRun ?? false, yes: yes ?? false },
    };
}

const types = ["question", "challenge", "certification", "test", "voice"] as const;

const always = ["type", "count", "dryRun", "yes"];
/** The options of each type, besides those of all. */
const optionsOf: Readonly<Record<(typeof types)[number], readonly string[]>> = {
    question: [...["channel", "difficulty", "topic", "from", "printPrompt", "allowNewChannel", "allowNewSubChannel"]],
    challenge: ["category", "difficulty", "printPrompt", "out"],
    certification: ["cert", "difficulty", "printPrompt", "out"],
    test: ["channel", "difficulty", "printPrompt", "out"],
    voice: ["channel"],
};

/** bot:unified: one command for everything that bots write, by --type. */
export async function writeUnified(context: Context, options: UnifiedOptions): Promise<ExitCode> {
    const { type = "question" } = options;
    const known = types.find((one) => one === type);
    if (!known) {
        const meant = findSimilar(type, types);
        throw new AppError("usage", `'${type}' is not a type${meant ? `; did you mean '${meant}'?` : ""}`, {
            hint: `use ${types.join(", ")}`,
        });
    }
    refuseOtherOptions(`--type=${known}`, options, [...always, ...optionsOf[known]]);
    if (known === "question") return (await import("./questions.ts")).writeQuestions(context, "unified", options);
    if (known === "challenge") return (await import("./challenges.ts")).writeChallenges(context, "unified", options);
    if (known === "voice")
        return (await import("../sessions/sessions.ts")).prepareSessions(context, voiceOptions(options));
    return (await import("./tests.ts")).writeTests(
        context,
        "unified",
        known === "test" ? "test" : "certification",
        options,
    );
}
