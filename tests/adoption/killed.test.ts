import { describeTargets } from "../support/targets.ts";
import { killAdoptions } from "./killing.ts";
import { note, testOriginal } from "./originals.ts";

describeTargets("an adoption that is killed", (target) => {
    testOriginal(`is taken up by the next one, and ends as if nothing had happened${note}`, async () => {
        const points = target.name === "file:" ? (["users", "history_writer"] as const) : (["questions"] as const);
        await killAdoptions(
            target,
            points.map((table) => [table, 5]),
            500,
        );
    });
});
