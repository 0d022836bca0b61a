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
