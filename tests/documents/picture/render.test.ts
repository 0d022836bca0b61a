import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { renderPictureFile } from "../../../src/documents/picture/file.tsx";
import { layOut } from "../../../src/documents/picture/layout.ts";
import { listPictureRules, type PicturePalette, palettes } from "../../../src/documents/picture/palette.ts";

const style = await readFile(new URL("../../../src/console/public/style.css", import.meta.url), "utf8");

describe.each(Object.entries(palettes))("the %s colours", (scheme, { bg, sub, edge, fg, mut, acc, tints }) => {
    test("give text a contrast of 4.5 on every ground", () => {
        for (const ground of [bg, sub, ...tints]) {
            expect(contrast(fg, ground)).toBeGreaterThanOrEqual(4.5);
            expect(contrast(mut, ground)).toBeGreaterThanOrEqual(4.5);
        }
    });

    test("give lines and borders a contrast of 3", () => {
        for (const ground of [bg, sub, ...tints]) expect(contrast(acc, ground)).toBeGreaterThanOrEqual(3);
        expect(contrast(edge, bg)).toBeGreaterThanOrEqual(3);
    });

    test("are those of the console", () => {
        const tokens = {
            bg,
            sub,
            edge,
            fg,
            mut,
            acc,
            ...Object.fromEntries(tints.map((tint, at) => [`tint${at}`, tint])),
        };
        for (const [name, colour] of Object.entries(tokens)) {
            const [, light = "", dark = ""] =
                new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(style) ?? [];
            expect([name, lengthen(scheme === "light" ? light : dark)]).toEqual([name, colour]);
        }
    });
});

test("a page of the console draws a picture like the file", () => {
    const names = ["bg", "sub", "edge", "fg", "mut", "acc"];
    const palette = {
        ...Object.fromEntries(names.map((name) => [name, `var(--${name})`])),
        tints: palettes.light.tints.map((_, at) => `var(--tint${at})`),
    } as unknown as PicturePalette;
    const clean = (text: string): string =>
        text
            .replaceAll(/Inter, [^;]*sans-serif/g, "var(--sans)")
            .replaceAll(/JetBrains Mono, [^;]*monospace/g, "var(--mono)")
            .replaceAll(/\s+/g, " ");
    for (const [selector, declarations] of listPictureRules(palette)) {
        expect(clean(style)).toContain(`${selector} { ${clean(declarations)}; }`);
    }
});

test("no text is smaller than 11 pixels", () => {
    const sizes = listPictureRules(palettes.light).flatMap(
        ([, text]) => /([\d.]+)px [A-Z]|font-size: ([\d.]+)px/.exec(text) ?? [],
    );
    const numbers = sizes.map(Number).filter((size) => size > 1);
    expect(numbers.length).toBeGreaterThan(3);
    expect(Math.min(...numbers)).toBe(11);
});

describe("the file", () => {
    const column = { name: `<b>&"'`, type: "TEXT", notNull: false, key: 0 };
    const tables = [{ name: "</style><script>", columns: [column] }];
    const options = { categories: [], isKeysOnly: false, frame: { width: 800, height: 600 } };
    const picture = layOut(tables, [], options);

    test("holds names as text", () => {
        const text = renderPictureFile(picture, "light");
        expect(text).not.toMatch(/<script|<b>/);
        expect(text).toContain("&lt;/style&gt;&lt;script&gt;</text>");
        expect(text.match(/<\/style>/g)).toHaveLength(1);
    });

    test("follows the reader's scheme or has one of its own", () => {
        expect(renderPictureFile(picture, "both")).toContain("@media (prefers-color-scheme: dark)");
        expect(renderPictureFile(picture, "dark")).not.toContain("@media");
        expect(renderPictureFile(picture, "dark")).toContain(palettes.dark.bg);
        expect(renderPictureFile(picture, "dark")).not.toContain(palettes.light.fg);
    });

    test("has a title and a legend, also for no table at all", () => {
        const text = renderPictureFile(layOut([], [], options), "both");
        expect(text).toContain('<title id="erd-title">0 tables and 0 relations</title>');
        expect(text).toContain("foreign key");
        expect(text).not.toMatch(/NaN|Infinity/);
    });

    test("cuts a name that no box can hold", () => {
        const long = [{ name: "t".repeat(90), columns: [{ ...column, name: "c".repeat(90) }] }];
        const text = renderPictureFile(layOut(long, [], options), "light");
        expect(text).toContain("tttt…</text>");
        expect(text).toContain("cccc…</text>");
    });
});

function lengthen(colour: string): string {
    return /^#\w{3}$/.test(colour) ? colour.replace(/\w/g, "$&$&") : colour;
}

function contrast(one: string, other: string): number {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
}

// https://www.w3.org/TR/WCAG21/#dfn-relative-luminance
function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
        .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
