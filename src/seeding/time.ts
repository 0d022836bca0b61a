const forms = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * A timestamp in the one form that the database writes, `YYYY-MM-DDTHH:MM:SS.sssZ`. Accepts a space for the T, any number
 * of fractional digits, an offset from UTC, and no offset as UTC. Gives undefined for what is no time.
 */
export function normalizeTime(text: string): string | undefined {
    const [, date, time, fraction = "", zone = "Z"] = forms.exec(text.trim()) ?? [];
    if (date === undefined || time === undefined) return undefined;
    const offset =
        zone === "Z"
            ? "Z"
            : zone.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hours, minutes = "00") => `${hours}:${minutes}`);
    // Date rolls the 31st of a short month over into the next one.
    const day = new Date(`${date}T00:00:00Z`);
    if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return undefined;
    const milliseconds = fraction.padEnd(3, "0").slice(0, 3);
    const parsed = new Date(`${date}T${time}.${milliseconds}${offset}`);
    return Number.isNaN(parsed.getTime()) ? undefined : parsed.toISOString();
}
