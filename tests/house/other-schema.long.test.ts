import { expect, test } from "vitest";
import { tell } from "../support/snapshot.ts";
import { makeOther, readCommands, runShell } from "./other-schema.ts";

test("another schema passes `pnpm check`, its tests included", { timeout: 3_600_000 }, () => {
    const project = makeOther();
    const last = readCommands().at(-1) ?? "";
    expect(last).toContain("pnpm check");
    const printed = runShell(project, ["npx -y pnpm install --frozen-lockfile --prefer-offline", last]);
    expect(printed).toMatch(/^\d+ passed, 0 failed/m);
    tell(printed.trim().split("\n").at(-1) ?? "");
});
