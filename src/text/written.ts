import { randomUUID } from "node:crypto";

/** How an object or array was written. */
export interface WrittenForm {
    /** Without white space. */
    readonly text: string;
    /** The first key in it that is there twice in one object. */
    readonly repeated: string | undefined;
    readonly repeats: number;
}

/** Not enumerable, so that nothing that copies or compares an object meets it. */
const form = Symbol("written form");

/** Returns how an object or array was written, where that is known. */
export function getForm(container: object): WrittenForm | undefined {
    return (container as { readonly [form]?: WrittenForm })[form];
}

/** Notes how an object or array was written. */
export function setForm(container: object, value: WrittenForm): void {
    Object.defineProperty(container, form, { value, configurable: true });
}

/** A number that JSON.stringify() would not write as it was written. */
export class WrittenNumber {
    readonly value: number;

    constructor(text: string) {
        this.value = Number(text);
        setForm(this, { text, repeated: undefined, repeats: 0 });
    }
}

/** Renders a value as JSON, with each part that parseJson() read as it was written, and each BigInt as its digits. */
export function writeJson(value: unknown, indent?: number): string {
    if (!holdsWritten(value)) return JSON.stringify(value, undefined, indent);
    const written: string[] = [];
    const replace = (_: string, part: unknown): unknown => {
        const text = isContainer(part) ? getForm(part)?.text : typeof part === "bigint" ? String(part) : undefined;
        if (text === undefined) return part;
        written.push(text);
        return place;
    };
    const [first = "", ...rest] = JSON.stringify(value, replace, indent).split(`"${place}"`);
    return first + rest.map((piece, at) => written[at] + piece).join("");
}

/** Whether writeJson() gives another text than JSON.stringify(). */
export function holdsWritten(value: unknown): boolean {
    if (!isContainer(value)) return typeof value === "bigint";
    if (getForm(value)) return true;
    if (Array.isArray(value)) return value.some(holdsWritten);
    for (const key in value) if (holdsWritten((value as Readonly<Record<string, unknown>>)[key])) return true;
    return false;
}

/** Whether a value is an object or an array. */
export function isContainer(value: unknown): value is object {
    return value !== null && typeof value === "object";
}

/** A placeholder of what was written. */
const place = randomUUID();
