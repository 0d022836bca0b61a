import { botsFaults } from "./bots.ts";
import { catalogueFaults } from "./catalogue.ts";
import { jsonFaults } from "./json.ts";
import { peopleFaults } from "./people.ts";
import type { PlantedFault } from "./plant.ts";
import { questionsFaults } from "./questions.ts";
import { schemaFaults } from "./schema.ts";
import { searchFaults } from "./search.ts";
import { timesFaults, valuesFaults } from "./values.ts";

/** At least one for each check; a test counts them. */
export const faults: readonly PlantedFault[] = [
    ...schemaFaults,
    ...jsonFaults,
    ...timesFaults,
    ...valuesFaults,
    ...questionsFaults,
    ...catalogueFaults,
    ...peopleFaults,
    ...botsFaults,
    ...searchFaults,
];
