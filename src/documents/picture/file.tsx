import type { Child } from "hono/jsx";
import type { Picture } from "./layout.ts";
import { listPictureRules, palettes } from "./palette.ts";
import { describePicture, PictureParts } from "./render.tsx";

const legend = { height: 44, width: 560 };

/**
 * Renders a picture as a file of its own, with a legend. Pure.
 *
 * @param scheme `both` for a file that follows the reader's colour scheme
 */
export function renderPictureFile(picture: Picture, scheme: "light" | "dark" | "both"): string {
    const width = Math.max(picture.width, legend.width);
    const height = picture.height + legend.height;
    const file = (
        <svg
            xmlns="http://www.w3.org/2000/svg"
            class="erd"
            viewBox={`0 0 ${width} ${height}`}
            width={width}
            height={height}
            role="img"
            aria-labelledby="erd-title"
        >
            <title id="erd-title">{describePicture(picture)}</title>
            <style>{renderStyle(scheme)}</style>
            <rect class="ground" width={width} height={height} />
            <PictureParts picture={picture} />
            <Legend y={picture.height + legend.height / 2 + 2} />
        </svg>
    );
    // A line for each element, so that a change shows in a diff.
    return `${String(file)
        .replaceAll(/<(\w+)([^>]*)><\/\1>/g, "<$1$2/>")
        .replaceAll("><", ">\n<")}\n`;
}

/** Renders the meaning of lines, dots and letters below a picture. */
function Legend({ y }: { y: number }): Child {
    const baseline = y + 4;
    return (
        <g>
            <path class="ln" d={`M4 ${y}h28`} />
            <circle class="end" cx={4} cy={y} r={2.5} />
            <text class="tc" x={40} y={baseline}>
                foreign key
            </text>
            <path class="ln ref" d={`M124 ${y}h28`} />
            <circle class="end" cx={124} cy={y} r={2.5} />
            <text class="tc" x={160} y={baseline}>
                reference without one
            </text>
            <text class="tc" x={300} y={baseline}>
                dot: the column that refers
            </text>
            <text class="tc" x={464} y={baseline}>
                → not drawn
            </text>
        </g>
    );
}

function renderStyle(scheme: "light" | "dark" | "both"): string {
    const render = (name: "light" | "dark"): string =>
        [[".erd .ground", `fill: ${palettes[name].bg}`], ...listPictureRules(palettes[name])]
            .map(([selector, declarations]) => `${selector} { ${declarations} }`)
            .join("\n");
    if (scheme !== "both") return `\n${render(scheme)}\n`;
    return `\n${render("light")}\n@media (prefers-color-scheme: dark) {\n${render("dark")}\n}\n`;
}
