import type { Child } from "hono/jsx";
import { fitHead, fitRow, headHeight, measures } from "./boxes.ts";
import type { Picture, PlacedBox } from "./layout.ts";
import { tintClass } from "./palette.ts";
import type { Line } from "./route.ts";

const corner = 6;

/** Describes a picture in a sentence. */
export function describePicture({ boxes, lines, named }: Picture): string {
    const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;
    const without = named.length === 0 ? "" : `, ${named.length} of them named at the column and not drawn`;
    return `${count(boxes.length, "table", "tables")} and ${count(lines.length + named.length, "relation", "relations")}${without}`;
}

/**
 * Renders the lines and boxes of a picture: what stands inside of `<svg class="erd">`. Pure.
 *
 * @param hrefOf the page of a table; without it, boxes are not links
 */
export function PictureParts({ picture, hrefOf }: { picture: Picture; hrefOf?: (table: string) => string }): Child {
    return (
        <>
            {picture.lines.map((line) => (
                <LinePart line={line} />
            ))}
            {picture.boxes.map((box) =>
                hrefOf ? (
                    <a href={hrefOf(box.table)}>
                        <BoxPart box={box} />
                    </a>
                ) : (
                    <BoxPart box={box} />
                ),
            )}
            {picture.lines.map(({ points: [{ x, y }] }) => (
                <circle class="end" cx={x} cy={y} r={2.5} />
            ))}
        </>
    );
}

function LinePart({ line: { relation, points } }: { line: Line }): Child {
    const { table, columns, parent, parentColumns, why } = relation;
    return (
        <path class={why === undefined ? "ln" : "ln ref"} d={drawPath(points)}>
            <title>{`${table}.${columns.join(", ")} → ${parent}.${parentColumns.join(", ")}: ${why ?? "foreign key"}`}</title>
        </path>
    );
}

// Across, along the lane, across, with round corners.
function drawPath([start, turn, back, end]: Line["points"]): string {
    const size = Math.min(corner, Math.abs(back.y - turn.y) / 2);
    if (size < 1) return `M${start.x} ${start.y}H${turn.x}V${end.y}H${end.x}`;
    const down = back.y > turn.y ? size : -size;
    const into = turn.x > start.x ? size : -size;
    const out = end.x > back.x ? size : -size;
    return [
        `M${start.x} ${start.y}H${turn.x - into}`,
        `Q${turn.x} ${turn.y} ${turn.x} ${turn.y + down}`,
        `V${back.y - down}`,
        `Q${back.x} ${back.y} ${back.x + out} ${back.y}`,
        `H${end.x}`,
    ].join("");
}

function BoxPart({ box }: { box: PlacedBox }): Child {
    const { x, y, width, height, rows, categoryAt } = box;
    const { row, head, categoryLine, pad, radius } = measures;
    const { table, category } = fitHead(box);
    const top = headHeight(box.category);
    return (
        <g transform={`translate(${x} ${y})`}>
            <rect class="box" width={width} height={height} rx={radius} />
            <path
                class={tintClass(categoryAt)}
                d={`M.5 ${top}V${radius}a${radius - 0.5} ${radius - 0.5} 0 0 1 ${radius - 0.5}-${radius - 0.5}H${width - radius}a${radius - 0.5} ${radius - 0.5} 0 0 1 ${radius - 0.5} ${radius - 0.5}V${top}z`}
            />
            <text class="tn" x={pad} y={head - 8}>
                {table}
            </text>
            {category !== "" && (
                <text class="tc" x={pad} y={head + categoryLine - 6}>
                    {category}
                </text>
            )}
            {rows.map((own, at) => {
                const { column, label } = fitRow(own, width);
                const baseline = top + at * row + 13;
                const kind = own.isKey ? "pk" : own.isNullable ? "nul" : undefined;
                return (
                    <>
                        <text class={kind} x={pad} y={baseline}>
                            {column}
                        </text>
                        <text class="ty" x={width - pad} y={baseline} text-anchor="end">
                            {label}
                        </text>
                    </>
                );
            })}
        </g>
    );
}
