const forms = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
/** The form that the database writes, with any day up to 31. Most records have it already. */
const normal = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Converts a timestamp to the form that the database writes, `YYYY-MM-DDTHH:MM:SS.sssZ`. Accepts a space for the T, any
 * number of fractional digits, and an offset (UTC by default); a day alone is its midnight, UTC. Returns undefined for anything else.
 */
export function normalizeTime(text: string): string | undefined {
    if (normal.test(text)) return isDay(text.slice(0, 10)) ? text : undefined;
    const [, date, time = "00:00:00", fraction = "", zone = "Z"] = forms.exec(text.trim()) ?? [];
    if (date === undefined) return undefined;
    const offset = zone.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hours, minutes = "00") => `${hours}:${minutes}`);
    if (!isDay(date)) return undefined;
    const milliseconds = fraction.padEnd(3, "0").slice(0, 3);
    const parsed = new Date(`${date}T${time}.${milliseconds}${offset}`);
    return Number.isNaN(parsed.getTime()) ? undefined : parsed.toISOString();
}

// Date would turn the 31st of a short month into the first of the next.
function isDay(date: string): boolean {
    const [month, day] = [Number(date.slice(5, 7)), Number(date.slice(8, 10))];
    if (month < 1 || month > 12 || day < 1) return false;
    return day <= 28 || day <= new Date(Date.UTC(Number(date.slice(0, 4)), month, 0)).getUTCDate();
}
