import { isLoopback } from "../database/target.ts";
import { AppError } from "../errors.ts";

/** The variables that choose a model. */
export const modelVariables = [
    "LLM_BASE_URL",
    "LLM_MODEL",
    "LLM_API_KEY",
    "LLM_TIMEOUT_MS",
    "LLM_PRICE_INPUT",
    "LLM_PRICE_OUTPUT",
    "LLM_MAX_TOKENS_PER_RUN",
] as const;

type ModelVariable = (typeof modelVariables)[number];
type ModelVariables = Partial<Record<ModelVariable, string>>;

export interface ModelSettings {
    /** The address of the API, such as `http://127.0.0.1:11434/v1`. */
    readonly url: string;
    /** As its server calls it. */
    readonly name: string;
    readonly apiKey?: string | undefined;
    /** How long one call may take, in milliseconds. */
    readonly timeout: number;
    /** In US dollars for a million tokens; undefined where the cost is not known. */
    readonly price?: { readonly input: number; readonly output: number } | undefined;
    /** After so many tokens the model is not asked again. */
    readonly maxTokens: number;
}

const usualTimeout = 60_000;
/** Node ends a request that has no reply after so many milliseconds. */
const longestTimeout = 300_000;
const usualTokens = 200_000;

/**
 * Reads the settings of the model; undefined where no variable is set.
 *
 * @param variables those that are set, none of them empty
 * @throws AppError `usage` for values that cannot be used, or that do not fit together
 */
export function readModelSettings(variables: ModelVariables): ModelSettings | undefined {
    const { LLM_BASE_URL: url, LLM_MODEL: name, LLM_API_KEY: apiKey } = variables;
    const [set] = modelVariables.filter((variable) => variables[variable] !== undefined);
    if (set === undefined) return undefined;
    if (url === undefined || name === undefined) {
        const missing = url === undefined ? "LLM_BASE_URL" : "LLM_MODEL";
        throw new AppError("usage", `${set} is set, but ${missing} is not`, {
            hint: `set ${missing} too, or unset ${set} to work without a model`,
        });
    }
    const { hostname } = checkModelUrl(url);
    if (apiKey === undefined && !isLoopback(hostname)) {
        throw new AppError("usage", `LLM_API_KEY is not set, and '${hostname}' is not this machine`, {
            hint: "set LLM_API_KEY to a key of that server",
        });
    }
    // Not allowed in an HTTP header.
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
        throw new AppError("usage", "LLM_API_KEY contains white space or a character that keys do not have", {
            hint: "copy the key again, as one line without quotes",
        });
    }
    return {
        ...{ url, name, apiKey, price: readPrice(variables) },
        timeout: readWhole(variables, "LLM_TIMEOUT_MS", longestTimeout) ?? usualTimeout,
        maxTokens: readWhole(variables, "LLM_MAX_TOKENS_PER_RUN", Number.MAX_SAFE_INTEGER) ?? usualTokens,
    };
}

/**
 * Parses the address of a model's API: https, or http on this machine.
 *
 * @throws AppError `usage`
 */
export function checkModelUrl(text: string): URL {
    const fail = (reason: string, hint: string): never => {
        throw new AppError("usage", `LLM_BASE_URL ${reason}`, { hint });
    };
    const example = "set it to that of the API, such as http://127.0.0.1:11434/v1";
    if (!/^https?:\/\/./.test(text) || !URL.canParse(text)) fail("is not an address", example);
    const url = new URL(text);
    if (url.username !== "" || url.password !== "") {
        fail("has a user name or a password in it", "set LLM_API_KEY instead, which is sent as a bearer token");
    }
    if (url.search !== "" || url.hash !== "") fail("has a query or a fragment", example);
    if (url.protocol === "http:" && !isLoopback(url.hostname)) {
        fail(`is http: on '${url.hostname}', which is not this machine`, "write https:, which protects key and texts");
    }
    return url;
}

function readPrice(variables: ModelVariables): ModelSettings["price"] {
    const [input, output] = (["LLM_PRICE_INPUT", "LLM_PRICE_OUTPUT"] as const).map((name) => {
        const text = variables[name];
        if (text === undefined) return undefined;
        if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
        throw new AppError("usage", `${name} is not a price`, {
            hint: "set it to US dollars for a million tokens, such as 0.15, or unset both prices",
        });
    });
    if (input !== undefined && output !== undefined) return { input, output };
    if (input === undefined && output === undefined) return undefined;
    throw new AppError("usage", "only one of LLM_PRICE_INPUT and LLM_PRICE_OUTPUT is set", {
        hint: "set both, or neither: the cost is then not computed",
    });
}

function readWhole(variables: ModelVariables, name: ModelVariable, most: number): number | undefined {
    const text = variables[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^[1-9]\d{0,15}$/.test(text) && value <= most) return value;
    throw new AppError("usage", `${name} is not a whole number from 1 to ${most.toLocaleString("en-US")}`, {
        hint: "set it to such a number, or unset it",
    });
}
