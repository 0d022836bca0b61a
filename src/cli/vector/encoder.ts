import { AppError } from "../../errors.ts";
import type { Encoder } from "../../search/encoders/encoder.ts";
import { encoderVariables, openEncoder } from "../../search/encoders/open.ts";
import type { Context } from "../program.ts";
import { readVariables } from "../settings.ts";

/** Opens the encoder that the settings name. @throws AppError `usage`, `encoder-failed` */
export async function openChosenEncoder({ root, output }: Context): Promise<Encoder> {
    const variables = await readVariables(encoderVariables, root);
    if (variables.EMBEDDING_API_KEY) output.hide(variables.EMBEDDING_API_KEY);
    return openEncoder(variables);
}

/** Like openChosenEncoder(), but for a search, which goes on with the words alone: warns where the encoder cannot start. */
export async function openEncoderIfItStarts(context: Context): Promise<Encoder | undefined> {
    return openChosenEncoder(context).catch((error: unknown) => passFailure(context, error));
}

/** Warns that an encoder failed, and that the words alone decide. */
export function passFailure({ output }: Context, error: unknown): undefined {
    if (!(error instanceof AppError) || error.code !== "encoder-failed") throw error;
    output.warn(`${error.message}; the words alone decide. ${error.hint ?? ""}`);
}
