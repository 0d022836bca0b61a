import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/deployed.ts";

test("bots.yml runs by the clock only where it was switched on", () => {
    const text = readFileSync(path.join(root, ".github/workflows/bots.yml"), "utf8");
    expect(text).toContain("if: github.event_name == 'workflow_dispatch' || vars.BOTS == 'on'");
});
