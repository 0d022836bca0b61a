import type { Loader } from "../src/seeding/loader.ts";
import { channelMappings } from "./channel-mappings.ts";
import { questions } from "./questions.ts";

/** Every loader, in the order in which they run: what others point to comes first. */
export const loaders: readonly Loader[] = [questions, channelMappings];
