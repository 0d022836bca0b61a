import { AppError } from "../../errors.ts";
import type { Encoder } from "./encoder.ts";

/** The variables that choose an encoder. */
export const encoderVariables = [
    "EMBEDDING_URL",
    "EMBEDDING_MODEL",
    "EMBEDDING_API_KEY",
    "EMBEDDING_DIMENSIONS",
] as const;

/**
 * Opens the encoder that the variables name, or the embedded one.
 *
 * @throws AppError `usage` for variables that do not fit together, `encoder-failed`
 */
export async function openEncoder(
    variables: Partial<Record<(typeof encoderVariables)[number], string>>,
): Promise<Encoder> {
    const {
        EMBEDDING_URL: url,
        EMBEDDING_MODEL: model,
        EMBEDDING_API_KEY: apiKey,
        EMBEDDING_DIMENSIONS: dimensions,
    } = variables;
    if (url === undefined) {
        const lost = encoderVariables.find((name) => variables[name] !== undefined);
        if (lost) {
            throw new AppError("usage", `${lost} is set, but EMBEDDING_URL is not`, {
                hint: "set EMBEDDING_URL too, or unset it to use the embedded encoder",
            });
        }
        return (await import("./embedded.ts")).openEmbeddedEncoder();
    }
    if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
        throw new AppError("usage", "EMBEDDING_URL is not an address", {
            hint: "set it to that of the API, such as http://127.0.0.1:11434/v1",
        });
    }
    if (model === undefined) {
        throw new AppError("usage", "EMBEDDING_URL is set, but EMBEDDING_MODEL is not", {
            hint: "set it to a model of that server, such as nomic-embed-text",
        });
    }
    if (dimensions !== undefined && !/^[1-9]\d{0,4}$/.test(dimensions)) {
        throw new AppError("usage", `EMBEDDING_DIMENSIONS is '${dimensions}'`, {
            hint: "set it to a whole number, or unset it",
        });
    }
    const { openRemoteEncoder } = await import("./remote.ts");
    return openRemoteEncoder({
        url,
        model,
        apiKey,
        dimensions: dimensions === undefined ? undefined : Number(dimensions),
    });
}
