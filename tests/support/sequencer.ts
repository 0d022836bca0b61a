import path from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { longest } from "./longest.ts";

/** Starts the longest files first, so that no worker is left alone with one of them in the end. */
export class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
        const rank = ({ moduleId }: TestSpecification): number => {
            const at = longest.indexOf(path.relative(this.ctx.config.root, moduleId));
            return at === -1 ? longest.length : at;
        };
        return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
    }
}
