import type { Child } from "hono/jsx";
import { type Mark, State } from "../../src/console/parts.tsx";
import type { Value } from "../../src/database/connection.ts";

const marks: Readonly<Record<string, Mark>> = {
    active: "ok",
    flagged: "warn",
    deleted: "off",
    pending: "off",
    processing: "run",
    completed: "ok",
    failed: "bad",
    running: "run",
};

/** The status of a question, job or run: its shape, with its word or other content. */
export function StatusMark(props: { readonly status: Value | undefined; readonly children?: Child }): Child {
    const word = String(props.status);
    if (props.children === undefined) return <State mark={marks[word] ?? "off"}>{word}</State>;
    return (
        <State mark={marks[word] ?? "off"}>
            {props.children}
            <span class="vh">{` ${word}`}</span>
        </State>
    );
}

/** The id of an item; a link where it is a question that exists. */
export function Item(props: {
    readonly type: Value | undefined;
    readonly id: Value | undefined;
    readonly isKnown: boolean;
}): Child {
    const id = String(props.id);
    if (props.isKnown) {
        return (
            <a class="m" href={`/questions/${encodeURIComponent(id)}`}>
                {id}
            </a>
        );
    }
    return (
        <>
            <span class="m">{id}</span>
            <span class="mut sm">{props.type === "question" ? " removed" : ` ${props.type}`}</span>
        </>
    );
}
