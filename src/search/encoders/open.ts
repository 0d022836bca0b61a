import { AppError } from "../../errors.ts";
import type { Encoder, EncoderPatience } from "./encoder.ts";
import type { RemoteSettings } from "./remote.ts";

/** The variables that choose an encoder. */
export const encoderVariables = [
    "EMBEDDING_URL",
    "EMBEDDING_MODEL",
    "EMBEDDING_API_KEY",
    "EMBEDDING_DIMENSIONS",
] as const;

/**
 * Opens the encoder that the variables name, or the embedded one of the project in `root`.
 *
 * @throws AppError `usage` for variables that do not fit together, `encoder-failed`
 */
export async function openEncoder(
    variables: EncoderVariables,
    root: string,
    patience: EncoderPatience,
    signal: AbortSignal,
): Promise<Encoder> {
    const settings = readRemoteSettings(variables);
    if (settings === undefined) return (await import("./embedded.ts")).openEmbeddedEncoder(root);
    return (await import("./remote.ts")).openRemoteEncoder({ ...settings, ...waits[patience] }, signal);
}

/** Whether the variables choose the embedded encoder. @throws AppError `usage` for those that do not fit together */
export function isEmbedded(variables: EncoderVariables): boolean {
    return readRemoteSettings(variables) === undefined;
}

/** The name of that encoder, without starting it where the variables say it. */
export async function readEncoderName(variables: EncoderVariables, signal: AbortSignal): Promise<string> {
    const settings = readRemoteSettings(variables);
    if (settings === undefined) return (await import("./embedded.ts")).embeddedName;
    const { openRemoteEncoder } = await import("./remote.ts");
    return (await openRemoteEncoder({ ...settings, ...waits.search }, signal)).name;
}

type EncoderVariables = Partial<Record<(typeof encoderVariables)[number], string>>;

/** In milliseconds for each try. */
const waits = { search: { timeout: 5_000, retries: 0 }, sync: { timeout: 60_000, retries: 3 } };

function readRemoteSettings({
    EMBEDDING_URL: url,
    EMBEDDING_MODEL: model,
    EMBEDDING_API_KEY: apiKey,
    EMBEDDING_DIMENSIONS: dimensions,
}: EncoderVariables): Pick<RemoteSettings, "url" | "model" | "apiKey" | "dimensions"> | undefined {
    if (url === undefined) {
        const given = { EMBEDDING_MODEL: model, EMBEDDING_API_KEY: apiKey, EMBEDDING_DIMENSIONS: dimensions };
        const lost = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
        if (lost) {
            throw new AppError("usage", `${lost} is set, but EMBEDDING_URL is not`, {
                hint: "set EMBEDDING_URL too, or unset it to use the embedded encoder",
            });
        }
        return undefined;
    }
    if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
        throw new AppError("usage", "EMBEDDING_URL is not an address", {
            hint: "set it to that of the API, such as http://127.0.0.1:11434/v1",
        });
    }
    if (new URL(url).username !== "" || new URL(url).password !== "") {
        throw new AppError("usage", "EMBEDDING_URL has a user name or a password in it", {
            hint: "set EMBEDDING_API_KEY instead, which is sent as a bearer token",
        });
    }
    if (model === undefined) {
        throw new AppError("usage", "EMBEDDING_URL is set, but EMBEDDING_MODEL is not", {
            hint: "set it to a model of that server, such as nomic-embed-text",
        });
    }
    if (dimensions !== undefined && !/^[1-9]\d{0,4}$/.test(dimensions)) {
        throw new AppError("usage", "EMBEDDING_DIMENSIONS is not a whole number", {
            hint: "set it to a whole number, or unset it",
        });
    }
    return { url, model, apiKey, dimensions: dimensions === undefined ? undefined : Number(dimensions) };
}
