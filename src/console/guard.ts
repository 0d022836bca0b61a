import type { MiddlewareHandler } from "hono";

/** Sent with every answer. No 'unsafe-…': nothing of the database becomes script or style. */
const policy = [
    "default-src 'none'",
    ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
    ...["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"],
].join("; ");

const headers: Readonly<Record<string, string>> = {
    "content-security-policy": policy,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
};

/** Names of this machine's loopback interface. A foreign name that resolves to it is refused: DNS rebinding. */
const hosts = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Refuses what no page of the console sends: other methods than GET and HEAD (405), other hosts (421), and requests of other
 * sites (403), except a link that a user follows.
 *
 * @param getPort the port that the console listens on
 */
export function guard(getPort: () => number): MiddlewareHandler {
    return async (context, next) => {
        for (const [name, value] of Object.entries(headers)) context.header(name, value);
        const { method } = context.req;
        const host = context.req.header("host") ?? "";
        if (!hosts.some((name) => host === `${name}:${getPort()}`))
            return context.text("Open this by the address that was printed.\n", 421);
        if (method !== "GET" && method !== "HEAD")
            return context.text("Only GET and HEAD: nothing is written here.\n", 405, { allow: "GET, HEAD" });
        const origin = context.req.header("origin");
        const isForeign =
            (origin !== undefined && origin !== `http://${host}`) || !isAllowed(context.req.header.bind(context.req));
        if (isForeign) return context.text("Other sites may not read this.\n", 403);
        await next();
    };
}

/** Whether the request was made by a page of the console itself, not by a link, a bookmark or another program. */
export function isOwnRequest(header: (name: string) => string | undefined): boolean {
    return header("sec-fetch-site") === "same-origin";
}

function isAllowed(header: (name: string) => string | undefined): boolean {
    const site = header("sec-fetch-site");
    if (site === undefined || site === "same-origin" || site === "none") return true;
    return header("sec-fetch-mode") === "navigate" && header("sec-fetch-dest") === "document";
}
