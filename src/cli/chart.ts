const blocks = "▁▂▃▄▅▆▇█";
const eighths = "▏▎▍▌▋▊▉";

/**
 * Draws each number as one character, relative to the largest; a dot for zero. Without block characters, uses the digits 1
 * to 8.
 */
export function renderSparkline(values: readonly number[], hasBlocks: boolean): string {
    const most = Math.max(0, ...values);
    return values
        .map((value) => {
            if (value <= 0) return hasBlocks ? "·" : ".";
            const level = Math.max(1, Math.round((value / most) * blocks.length));
            return hasBlocks ? blocks[level - 1] : String(level);
        })
        .join("");
}

/** Draws a share, from 0 to 1, as a bar of at most `width` characters. */
export function renderShare(share: number, width: number, hasBlocks: boolean): string {
    const length = Math.min(1, Math.max(0, share)) * width;
    if (!hasBlocks) return "#".repeat(Math.round(length));
    const rest = Math.floor((length % 1) * 8);
    return "█".repeat(Math.floor(length)) + (rest === 0 ? "" : eighths[rest - 1]);
}

/** Renders a number of bytes: `812 B`, `4.1 kB`, `61.2 MB`. */
export function renderBytes(bytes: number): string {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let [value, unit] = [bytes, 0];
    // A value that would round up to 1000 is shown in the next unit.
    while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
    const digits = unit === 0 || value >= 99.95 ? 0 : 1;
    return `${value.toFixed(digits)} ${units[unit]}`;
}
