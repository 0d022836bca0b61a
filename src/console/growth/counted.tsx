import type { Child } from "hono/jsx";
import { Time } from "../parts.tsx";
import type { Visit } from "../site.ts";

/** When the rows were counted, and how to count them again. */
export function Counted({ at, isLocal }: { readonly at: string; readonly isLocal: boolean }): Child {
    if (isLocal) return `Counted at ${at.slice(11, 19)}, kept for a minute.`;
    return (
        <>
            As of <Time value={at} /> UTC. <a href="/growth?count=1">Count again</a>
        </>
    );
}

/** What a server elsewhere shows before a click counts. */
export function NotCounted({ visit, children }: { readonly visit: Visit; readonly children: Child }): Child {
    return (
        <>
            <h1>Growth</h1>
            <p class="lead">
                Not counted yet. To count the rows of a table, a server reads all of them, and each row that is read has
                its price. What was counted is kept until you count again.
            </p>
            <p class="mt2">
                <a class="btn" href="/growth?count=1">
                    Count now
                </a>
            </p>
            {["count", "all"].some((name) => visit.query.has(name)) && (
                <p class="mut sm mt">A link from elsewhere counts nothing; those on this page do.</p>
            )}
            {children}
        </>
    );
}
