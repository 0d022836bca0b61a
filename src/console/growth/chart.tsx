import type { Child } from "hono/jsx";
import { showNumber } from "../parts.tsx";
import { findTop, listTicks } from "./figures.ts";

const [width, height, left, base, top] = [360, 132, 44, 114, 6];

/**
 * The rows that were added each week, as bars, with the week that is not over in grey. Pure.
 *
 * The browser draws it again, with a cursor, from the table of values; the colours and labels are read from this picture.
 */
export function WeekChart(props: {
    readonly table: string;
    readonly weeks: readonly string[];
    readonly added: readonly number[];
}): Child {
    const { table, weeks, added } = props;
    const most = findTop(Math.max(...added));
    const step = (width - left) / weeks.length;
    const levelOf = (value: number): number => base - (value / most) * (base - top);
    return (
        <svg
            viewBox={`0 0 ${width} ${height}`}
            width={width}
            height={height}
            role="img"
            aria-label={`Rows added to ${table} each week; the table below has the values`}
        >
            {[0, most / 2, most].map((value) => (
                <>
                    <path class={value === 0 ? "axis" : "grid"} d={`M${left} ${levelOf(value)}H${width}`} />
                    <text x={left - 6} y={levelOf(value) + 4} text-anchor="end">
                        {showNumber(value)}
                    </text>
                </>
            ))}
            {added.map((value, at) => (
                <rect
                    class={at === added.length - 1 ? "part" : "bar"}
                    x={(left + at * step).toFixed(2)}
                    y={levelOf(value).toFixed(1)}
                    width={(step * 0.76).toFixed(2)}
                    height={(base - levelOf(value)).toFixed(1)}
                >
                    <title>{`${weeks[at]}: ${showNumber(value)}`}</title>
                </rect>
            ))}
            {listTicks(weeks).map(({ at, label }) => (
                <text data-week={at} x={left + at * step} y={height - 4}>
                    {label}
                </text>
            ))}
        </svg>
    );
}

/** A share as a bar on a track. Pure. @param share 0 to 1 */
export function ShareBar({ share, label }: { readonly share: number; readonly label: string }): Child {
    const length = 96;
    const filled = Math.min(length, Math.round(share * length * 10) / 10);
    return (
        <svg class="share" width={length} height={8} viewBox={`0 0 ${length} 8`} role="img" aria-label={label}>
            <rect class="zero" width={length} height={8} />
            <rect class="part" width={filled} height={8} />
        </svg>
    );
}
