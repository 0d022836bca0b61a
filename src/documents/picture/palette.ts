/** The colours of a picture. Text on every ground has a contrast of at least 4.5, lines and borders at least 3. */
export interface PicturePalette {
    readonly bg: string;
    readonly sub: string;
    readonly edge: string;
    readonly fg: string;
    readonly mut: string;
    readonly acc: string;
    /** Of the heads of boxes, one for each category; repeated where there are more. */
    readonly tints: readonly string[];
}

/** The same as in the pages of the console. */
export const palettes: Readonly<Record<"light" | "dark", PicturePalette>> = {
    light: {
        bg: "#ffffff",
        sub: "#f6f7f9",
        edge: "#868e9a",
        fg: "#16191d",
        mut: "#59616c",
        acc: "#1a56c4",
        tints: ["#f2ecfa", "#eaf1fd", "#fbf3e1", "#e6f5ec"],
    },
    dark: {
        bg: "#0f1114",
        sub: "#171a1f",
        edge: "#6c7683",
        fg: "#e7e9ec",
        mut: "#9aa3af",
        acc: "#86b3ff",
        tints: ["#2a2238", "#1a2740", "#30281a", "#172f22"],
    },
};

/** Gives the class of a head by the place of its category. */
export function tintClass(categoryAt: number | undefined): string {
    return categoryAt === undefined ? "hd" : `hd c${categoryAt % palettes.light.tints.length}`;
}

/** Lists what the classes of a picture look like, by selector. Pure. */
export function listPictureRules(palette: PicturePalette): [selector: string, declarations: string][] {
    const { bg, sub, edge, fg, mut, acc, tints } = palette;
    // Without quotes, which would be escaped.
    const sans = "Inter, system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif";
    const mono = "JetBrains Mono, ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace";
    return [
        [".erd text", `font: 12px ${mono}; fill: ${fg}`],
        [".erd .tn", `font: 600 12.5px ${sans}`],
        [".erd .tc", `font: 11px ${sans}; fill: ${mut}`],
        [".erd .pk", "font-weight: 700"],
        [".erd .nul", `fill: ${mut}`],
        [".erd .ty", `font-size: 11px; fill: ${mut}`],
        [".erd .box", `fill: ${bg}; stroke: ${edge}`],
        [".erd .hd", `fill: ${sub}`],
        ...tints.map((tint, at): [string, string] => [`.erd .c${at}`, `fill: ${tint}`]),
        [".erd .ln", `fill: none; stroke: ${acc}; stroke-width: 1.25`],
        [".erd .ref", "stroke-dasharray: 4 3"],
        [".erd .end", `fill: ${acc}`],
    ];
}
