/**
 * Reads a row as the side table keeps it: JSON, in which bytes stand as `{"blob":"00FF"}`. So does, here, a text that is no
 * UTF-8; and a number that JavaScript cannot hold stands as the text of its digits. Nothing else would give it whole.
 *
 * @param bytes of the JSON, which holds each text as it was
 */
export function parseRecord(bytes: Uint8Array): { record: Readonly<Record<string, unknown>>; bytes: number } {
    const json = Buffer.from(bytes);
    try {
        const record = JSON.parse(
            quoteNumbers(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json)),
        );
        return { record, bytes: json.length };
    } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        // Each byte as a character of its own is JSON all the same: its signs are ASCII.
        const parsed = JSON.parse(quoteNumbers(json.toString("latin1"))) as Record<string, unknown>;
        const record = Object.fromEntries(Object.entries(parsed).map(([key, value]) => [decode(key), decode(value)]));
        return { record, bytes: json.length };
    }
}

const largeNumber = /\d{16}|e[+\d]/i;

function quoteNumbers(json: string): string {
    if (!largeNumber.test(json)) return json;
    return json.replace(/"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g, (token) => {
        if (token.startsWith('"')) return token;
        const number = Number(token);
        const isHeld = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
        return isHeld || (/[.e]/i.test(token) && Number.isFinite(number)) ? token : `"${token}"`;
    });
}

function decode<T>(value: T): T | string | { blob: string } {
    if (typeof value !== "string") return value;
    const bytes = Buffer.from(value, "latin1");
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return { blob: bytes.toString("hex").toUpperCase() };
    }
}
