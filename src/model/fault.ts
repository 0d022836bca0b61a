import { AppError, ExplainedError } from "../errors.ts";

/** What a fault means for the work that asked: `bury` it, `stop` the run, or try it again later. */
const consequences = {
    "rate-limited": "retry",
    unavailable: "retry",
    "timed-out": "retry",
    unreachable: "retry",
    truncated: "retry",
    "not-json": "retry",
    protocol: "retry",
    "too-large": "retry",
    declined: "bury",
    invalid: "bury",
    refused: "bury",
    unsendable: "bury",
    unauthorized: "stop",
    misdirected: "stop",
    "budget-spent": "stop",
} as const;

export type ModelFaultCode = keyof typeof consequences;

const hints: Partial<Record<ModelFaultCode, string>> = {
    "rate-limited": "run it again later",
    "timed-out": "run it again, or set LLM_TIMEOUT_MS to a longer time",
    unreachable: "start the server, or check LLM_BASE_URL",
    truncated: "give the server a larger limit of tokens or context, or use another model",
    "not-json": "check LLM_BASE_URL: a proxy or a login page may answer instead",
    unsendable: "correct or shorten the text of the item",
    unauthorized: "check LLM_API_KEY and the account that it belongs to",
    misdirected: "check LLM_BASE_URL and LLM_MODEL; the address ends before /chat/completions",
    "budget-spent": "run it again to continue, or raise LLM_MAX_TOKENS_PER_RUN",
};

/** A model did not give an answer that can be used. The message is a sentence and never holds the key. */
export class ModelFault extends ExplainedError {
    readonly code: ModelFaultCode;
    /** How long the server wants to be left alone, in milliseconds; undefined where it does not say. */
    readonly wait: number | undefined;

    constructor(code: ModelFaultCode, message: string, wait?: number) {
        super(message);
        this.name = "ModelFault";
        this.code = code;
        this.wait = wait;
    }

    /** Asking the same again would fail again. */
    get isPermanent(): boolean {
        return consequences[this.code] === "bury";
    }

    /** Every further question of this run would fail, through no fault of the work that asked. */
    get endsRun(): boolean {
        return consequences[this.code] === "stop";
    }

    /** The same with a remedy. */
    explain(): AppError {
        const usual = this.isPermanent ? "use another model" : "run it again; if it lasts, use another model";
        return new AppError("model-failed", this.message, { hint: hints[this.code] ?? usual, cause: this });
    }
}
