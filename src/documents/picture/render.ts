import { type Box, type Edge, measures, type Picture } from "./layout.ts";

/** Colours of a page. The contrast of text to its ground is at least 4.5. */
interface Palette {
    readonly ground: string;
    readonly box: string;
    readonly head: string;
    readonly border: string;
    readonly text: string;
    readonly muted: string;
    readonly key: string;
    readonly line: string;
}

export const palettes: Readonly<Record<"light" | "dark", Palette>> = {
    light: {
        ground: "#ffffff",
        box: "#ffffff",
        head: "#eef2f7",
        border: "#c3ccd8",
        text: "#1f2733",
        muted: "#5b6675",
        key: "#7a4b00",
        line: "#4a6fa5",
    },
    dark: {
        ground: "#0d1117",
        box: "#151b23",
        head: "#212a36",
        border: "#3a4554",
        text: "#e6edf3",
        muted: "#9aa7b5",
        key: "#e3b05f",
        line: "#78a9f5",
    },
};

/** Renders a picture as SVG. Pure. */
export function renderPicture({ width, height, boxes, edges }: Picture, palette: Palette): string {
    const title = `${boxes.length} tables and ${edges.length} relations between them`;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="13">`,
        `<title>${title}</title>`,
        `<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="${palette.line}"/></marker></defs>`,
        `<rect width="${width}" height="${height}" fill="${palette.ground}"/>`,
        ...edges.map((edge) => renderEdge(edge, palette)),
        ...boxes.map((box) => renderBox(box, palette)),
        "</svg>",
        "",
    ].join("\n");
}

function renderEdge({ from, to, isForeignKey }: Edge, { line }: Palette): string {
    const bend = Math.max(40, Math.abs(to.x - from.x) / 2);
    const out = (side: "left" | "right"): number => (side === "left" ? -bend : bend);
    const end = to.x + (to.side === "left" ? -2 : 2);
    const path = `M${from.x} ${from.y}C${from.x + out(from.side)} ${from.y} ${end + out(to.side)} ${to.y} ${end} ${to.y}`;
    const dashes = isForeignKey ? "" : ' stroke-dasharray="5 4"';
    return `<path d="${path}" fill="none" stroke="${line}" stroke-width="1.5"${dashes} marker-end="url(#end)"/>`;
}

function renderBox({ table, x, y, height, rows, more }: Box, palette: Palette): string {
    const { width, head, row } = measures;
    const line = (at: number): number => y + head + at * row + row / 2 + 4.5;
    return [
        `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${palette.box}" stroke="${palette.border}"/>`,
        `<path d="M${x} ${y + head}V${y + 6}a6 6 0 0 1 6-6h${width - 12}a6 6 0 0 1 6 6V${y + head}z" fill="${palette.head}" stroke="${palette.border}"/>`,
        `<text x="${x + 12}" y="${y + 21}" font-weight="600" fill="${palette.text}">${table}</text>`,
        ...rows.map(({ column, mark }, at) => {
            const fill = mark === "key" ? palette.key : palette.text;
            return `<text x="${x + 12}" y="${line(at)}" fill="${fill}">${column}</text>`;
        }),
        `<text x="${x + 12}" y="${line(rows.length)}" fill="${palette.muted}" font-size="12">${more} more columns</text>`,
    ].join("\n");
}
