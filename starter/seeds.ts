import type { BundledSeeds } from "../src/loading/seeds.ts";

/** The data in this repository, and the loaders for them and for exports: none. */
export const bundled: BundledSeeds = {
    folder: "seeds/data",
    lists: [],
    seeds: [],
    loaders: async () => [],
    otherKinds: async () => [],
};
