import { expect, test } from "vitest";
import { toLintFiles } from "../../src/lint/files.ts";
import { lintFiles } from "../../src/lint/lint.ts";
import { readFiles } from "../../src/planning/files.ts";
import { isSignificant } from "../../src/sql/lexer.ts";
import { family, recipe } from "../migrations/family.ts";
import { zooFiles } from "../migrations/zoo.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyRepository } from "../support/repository.ts";

/** The same numbers at every run. */
function createRandom(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

const projects: readonly (readonly [string, () => string])[] = [
    ["this repository", () => copyRepository()],
    ["a zoo", () => writeProject(zooFiles)],
    ["a rebuild", () => writeProject({ ...family, "migrations/002.do.rebuild.sql": recipe })],
];

test.each(projects)(
    "judges %s with words missing, doubled or swapped anywhere, at lines that there are",
    async (_, write) => {
        const root = write();
        const random = createRandom(7);
        const { files } = toLintFiles(await readFiles(root));
        for (let round = 0; round < 25; round++) {
            const file = files[random(files.length)];
            if (!file) continue;
            const texts = file.tokens.map((token) => token.text);
            const places = file.tokens.flatMap((token, at) => (isSignificant(token) ? [at] : []));
            for (let change = 0; change <= random(3); change++) {
                const [at = 0, other = 0] = [places[random(places.length)], places[random(places.length)]];
                texts[at] = ["", `${texts[at]} ${texts[at]}`, texts[other] ?? ""][random(3)] ?? "";
            }
            changeProject(root, { [file.path]: texts.join("") });
            for (const { path, line, message } of lintFiles(await readFiles(root)).findings) {
                const lines = path === file.path ? texts.join("").split("\n").length : Number.POSITIVE_INFINITY;
                expect(line, message).toBeGreaterThan(0);
                expect(line, message).toBeLessThanOrEqual(lines);
            }
            changeProject(root, { [file.path]: file.sql });
        }
    },
);
