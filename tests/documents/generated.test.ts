import { beforeAll, describe, expect, test } from "vitest";
import { documentSite } from "../../app/documents.ts";
import { renderDocuments } from "../../src/cli/commands/docs-build.ts";
import { type PageTexts, readPageTexts } from "../../src/documents/pages.ts";
import { palettes } from "../../src/documents/picture/render.ts";
import { root } from "../support/deployed.ts";

const index = "docs/TURSO_DOCUMENTATION_INDEX.md";
const quick = "docs/TURSO_QUICK_REFERENCE.md";

describe("the generated parts of the documents", () => {
    let pages: PageTexts;

    beforeAll(async () => {
        pages = await readPageTexts(root);
    });

    const findStale = async (changes: Readonly<Record<string, (text: string) => string>>): Promise<string[]> => {
        const changed = new Map(
            [...pages].map(([path, text]) => [path, (changes[path] ?? ((same: string) => same))(text)]),
        );
        for (const path of Object.keys(changes)) expect(changed.get(path), path).not.toBe(pages.get(path));
        const after = await renderDocuments(root, changed, documentSite);
        return [...after].filter(([path, text]) => changed.get(path) !== text).map(([path]) => path);
    };

    test("are current", async () => {
        expect(await findStale({})).toEqual([]);
        expect([...pages.keys()].filter((path) => path.startsWith("docs/schema/"))).toHaveLength(12);
    });

    test("are found when they are stale: a row, a statistic, a command, a statement, a picture", async () => {
        const stale = await findStale({
            "docs/schema/users.md": (text) => text.replace("| `username` |", "| `name` |"),
            [index]: (text) => text.replace("| columns | 150 |", "| columns | 151 |"),
            "docs/reference/commands.md": (text) => text.replace(/\| `db:push` \|.*\n/, ""),
            [quick]: (text) => text.replace("(sub_channel, id) >", "(sub_chanel, id) >"),
            "docs/schema.dark.svg": (text) => text.replace("user_id", "person_id"),
        });
        expect(stale.sort()).toEqual(
            [index, quick, "docs/reference/commands.md", "docs/schema.dark.svg", "docs/schema/users.md"].sort(),
        );
    });

    test("count at least 100 examples that run and 3 diagrams", () => {
        const count = (what: string): number =>
            Number(new RegExp(`^\\| ${what}.* \\| (\\d+) \\|$`, "m").exec(pages.get(index) ?? "")?.[1]);
        expect(count("SQL examples") + count("shell examples")).toBeGreaterThanOrEqual(100);
        expect(count("diagrams")).toBeGreaterThanOrEqual(3);
    });
});

test.each(Object.entries(palettes))("the text of the %s picture has a contrast of 4.5 and more", (_, palette) => {
    const luminance = (colour: string): number => {
        const [red = 0, green = 0, blue = 0] = [1, 3, 5]
            .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
            .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one: string, other: string): number => {
        const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
        return (light + 0.05) / (dark + 0.05);
    };
    for (const text of [palette.text, palette.muted, palette.key]) {
        expect(contrast(text, palette.box)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(palette.text, palette.head)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.line, palette.ground)).toBeGreaterThanOrEqual(3);
});
