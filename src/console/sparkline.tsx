import type { Child } from "hono/jsx";

const [step, width, height] = [7, 5, 20];

/** A bar for each number, the last one in the accent. Pure. @param label what is counted, for readers of the screen */
export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }): Child {
    const most = Math.max(1, ...values);
    const total = values.length * step;
    return (
        <svg
            class="spark"
            width={total}
            height={height}
            viewBox={`0 0 ${total} ${height}`}
            role="img"
            aria-label={`${label}: ${values.join(", ")}`}
        >
            {values.map((value, at) => {
                const tall = value === 0 ? 1 : Math.max(2, Math.round((value / most) * (height - 2)));
                const kind = value === 0 ? "zero" : at === values.length - 1 ? "bar now" : "bar";
                return <rect class={kind} x={at * step} y={height - tall} width={width} height={tall} />;
            })}
        </svg>
    );
}
