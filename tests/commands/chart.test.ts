import { describe, expect, test } from "vitest";
import { renderBytes, renderShare, renderSparkline } from "../../src/cli/chart.ts";
import { speaksUtf8 } from "../../src/cli/settings.ts";

describe("charts", () => {
    test("draw the largest number full, nothing as a dot, and whatever is there so that it is seen", () => {
        expect(renderSparkline([0, 1, 400, 800], true)).toBe("·▁▄█");
        expect(renderSparkline([0, 1, 400, 800], false)).toBe(".148");
        expect(renderSparkline([0, 0], true)).toBe("··");
        expect(renderSparkline([], true)).toBe("");
    });

    test("draw bars of a bounded width", () => {
        expect(renderShare(1, 4, true)).toBe("████");
        expect(renderShare(7, 4, true)).toBe("████");
        expect(renderShare(0.4, 4, true)).toBe("█▌");
        expect(renderShare(0, 4, true)).toBe("");
        expect(renderShare(0.4, 4, false)).toBe("##");
    });

    test("say bytes in the unit in which they are few", () => {
        expect([0, 812, 999, 1_000, 4_096, 99_949, 99_960, 999_600, 61_234_567].map(renderBytes)).toEqual([
            ...["0 B", "812 B", "999 B", "1.0 kB", "4.1 kB", "99.9 kB", "100 kB", "1.0 MB", "61.2 MB"],
        ]);
    });

    test("are made of blocks only where the locale has them", () => {
        expect(speaksUtf8({ LANG: "de_DE.UTF-8" })).toBe(true);
        expect(speaksUtf8({ LANG: "C.utf8" })).toBe(true);
        expect(speaksUtf8({ LANG: "de_DE.UTF-8", LC_ALL: "C" })).toBe(false);
        expect(speaksUtf8({})).toBe(false);
    });
});
