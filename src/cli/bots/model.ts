import { type ModelSettings, modelVariables, readModelSettings } from "../../model/settings.ts";
import type { Context } from "../program.ts";
import { readVariables } from "../settings.ts";

/** Where no model is chosen. */
export const noModel = "No model is configured: set LLM_BASE_URL and LLM_MODEL.";

/**
 * The settings of the model that the variables name, from the environment and `.env`; undefined where none is chosen.
 *
 * @throws AppError `usage`
 */
export async function readChosenModel({ root }: Context): Promise<ModelSettings | undefined> {
    return readModelSettings(await readVariables(modelVariables, root));
}
