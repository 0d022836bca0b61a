import { endOfString, packJson } from "./scan.ts";
import { setForm } from "./written.ts";

/** An object or array that is being read. */
interface Open {
    /** What JSON.parse() made of it; undefined where a later member with the same key replaced it. */
    readonly value: object | undefined;
    readonly from: number;
    /** The keys so far; undefined for an array. */
    readonly keys: Set<string> | undefined;
    /** The key or index of the member that is being read. */
    at: string | number;
    isKeyNext: boolean;
    repeated: string | undefined;
    repeats: number;
}

/** Marks every object and array of a value with the text that JSON.parse() made it of. Not recursive: a text may be deep. */
export function markContainers(text: string, root: object): void {
    const packed = packJson(text);
    const open: Open[] = [];
    for (let at = 0; at < packed.length; at++) {
        const inner = open.at(-1);
        const character = packed[at];
        if (character === '"') {
            const end = endOfString(packed, at + 1);
            if (inner?.isKeyNext) readKey(inner, packed.slice(at, end + 1));
            at = end;
        } else if (character === ",") {
            if (inner?.keys) inner.isKeyNext = true;
            else if (inner) inner.at = Number(inner.at) + 1;
        } else if (character === "{" || character === "[") {
            const value = inner ? findMember(inner) : root;
            const keys = character === "{" ? new Set<string>() : undefined;
            open.push({ value, from: at, keys, at: 0, isKeyNext: keys !== undefined, repeated: undefined, repeats: 0 });
        } else if ((character === "}" || character === "]") && inner) {
            open.pop();
            const { repeated, repeats } = inner;
            if (inner.value) setForm(inner.value, { text: packed.slice(inner.from, at + 1), repeated, repeats });
            const outer = open.at(-1);
            if (outer) Object.assign(outer, { repeated: outer.repeated ?? repeated, repeats: outer.repeats + repeats });
        }
    }
}

function readKey(open: Open, written: string): void {
    const key = written.includes("\\") ? String(JSON.parse(written)) : written.slice(1, -1);
    if (open.keys?.has(key)) {
        open.repeated ??= key;
        open.repeats++;
    }
    open.keys?.add(key);
    open.at = key;
    open.isKeyNext = false;
}

function findMember({ value, at }: Open): object | undefined {
    const member = (value as Readonly<Record<string | number, unknown>> | undefined)?.[at];
    return member !== null && typeof member === "object" ? member : undefined;
}
