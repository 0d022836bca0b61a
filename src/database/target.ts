import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../errors.ts";

/** Where a database is. Output shows `label`, which never holds a credential. */
export type Target = FileTarget | ServerTarget;

export interface FileTarget {
    readonly kind: "file";
    /** Absolute path. */
    readonly path: string;
    readonly label: string;
    readonly local: true;
}

export interface ServerTarget {
    readonly kind: "server";
    /** http: or https: URL without credentials. */
    readonly url: string;
    readonly label: string;
    readonly host: string;
    readonly local: boolean;
    readonly authToken?: string;
}

/**
 * Reads the address of a database.
 *
 * @param name its variable or option, for errors; they do not show the address, which may hold a secret
 * @param root the folder that the path of a file is relative to
 * @throws AppError `usage` for an address that cannot be used
 */
export function parseTarget(value: string, name: string, authToken: string | undefined, root: string): Target {
    const refuse = (why: string, hint: string): never => {
        throw new AppError("usage", `${name} cannot be used: ${why}`, { hint });
    };
    const example = "write it as libsql://<database>.turso.io, http://127.0.0.1:8080 or file:local.db";
    if (/^file:/i.test(value)) return parseFileTarget(value, root, refuse);
    const url = URL.canParse(value) ? new URL(value) : refuse("it is not a URL", example);
    if ([...url.searchParams.keys()].some((key) => /token|jwt/i.test(key)))
        refuse("it holds a token", "put the token into TURSO_AUTH_TOKEN");
    if (url.username || url.password) refuse("it holds a user name or password", "remove it; Turso uses tokens");
    if (url.hash) refuse("it has a fragment", "remove the part from '#' on");
    const scheme = url.protocol.slice(0, -1);
    if (!["libsql", "https", "http"].includes(scheme))
        refuse("it begins with another scheme than libsql:, https:, http: or file:", example);
    if (!url.host) refuse("it names no host", example);
    const plain = scheme === "http" || (scheme === "libsql" && url.searchParams.get("tls") === "0");
    return {
        kind: "server",
        url: `${plain ? "http" : "https"}://${url.host}${url.pathname === "/" ? "" : url.pathname}`,
        label: `${scheme}://${url.host}`,
        host: url.hostname,
        local: isLoopback(url.hostname),
        ...(authToken === undefined ? {} : { authToken }),
    };
}

function parseFileTarget(value: string, root: string, refuse: (why: string, hint: string) => never): Target {
    if (/[?#]/.test(value)) refuse("a file: URL may have no parameters", "write it as file:local.db");
    const bare = value.slice("file:".length);
    if (bare === "" || bare === ":memory:") {
        refuse("a database in memory would be lost at once", "name a file, such as file:local.db");
    }
    const path =
        readFilePath(value, bare) ?? refuse("it is not a path", "write it as file:local.db or file:///path/to/it");
    const absolute = isAbsolute(path) ? path : join(root, path);
    return { kind: "file", path: absolute, label: value, local: true };
}

function readFilePath(value: string, bare: string): string | undefined {
    try {
        const path = bare.startsWith("//") ? fileURLToPath(value) : decodeURIComponent(bare);
        // A NUL makes the driver end the process.
        return path.includes("\0") ? undefined : path;
    } catch {
        return undefined;
    }
}

/** Whether a host is this machine. Tests, resets and bundled seeds may write only to servers there. */
export function isLoopback(hostname: string): boolean {
    return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Whether two targets have the same address. */
export function isSameDatabase(one: Target, other: Target): boolean {
    if (one.kind === "file") return other.kind === "file" && one.path === other.path;
    return other.kind === "server" && one.url === other.url;
}
