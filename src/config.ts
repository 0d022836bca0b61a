import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Target } from "./database/target.ts";
import { AppError } from "./errors.ts";

/** Whether a command writes. Those that only read prefer the read-only pair of variables. */
export type Access = "read" | "write";

export interface Config {
    readonly target: Target;
    /** Sentences about where the target came from, for the first lines of output. */
    readonly notes: readonly string[];
    /** TURSO_WRITE_MODE=false: every write is refused. */
    readonly writesOff: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

const embeddedDefault = "file:local.db";

/**
 * Reads the settings from the environment and from `.env` in `root`; real variables win. The only reader of both.
 *
 * @throws AppError `usage` for a variable that is set but empty, a token without a URL, or a URL that cannot be used
 */
export async function readConfig(access: Access, root: string, environment: Variables = process.env): Promise<Config> {
    const variables = { ...(await readEnvFile(root)), ...withoutUndefined(environment) };
    for (const name of ["TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN", "TURSO_DATABASE_URL_RO", "TURSO_AUTH_TOKEN_RO"]) {
        if (variables[name]?.trim() === "") {
            throw new AppError("usage", `${name} is set but empty`, {
                hint: `give it a value, or unset it; with neither URL nor token set, ${embeddedDefault} is used`,
            });
        }
    }
    const { url, token, notes } = chooseVariables(access, variables);
    const target = parseTarget(url.value, url.name, token === undefined ? undefined : checkToken(token), root);
    return { target, notes, writesOff: readWriteMode(variables) };
}

/** Whether escape codes may be written to `stream` (NO_COLOR, https://no-color.org). */
export function wantsColor(stream: { isTTY?: boolean }, environment: Variables = process.env): boolean {
    return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
}

/** Whether somebody sits in front of `stream`, so that text may be drawn over. CI keeps what it prints line by line. */
export function isWatched(stream: { isTTY?: boolean }, environment: Variables = process.env): boolean {
    return stream.isTTY === true && environment.TERM !== "dumb" && /^(0|false)?$/i.test(environment.CI ?? "");
}

interface Named {
    readonly name: string;
    readonly value: string;
}

function chooseVariables(
    access: Access,
    variables: Variables,
): { url: Named; token: Named | undefined; notes: string[] } {
    const named = (name: string): Named | undefined => {
        const value = variables[name]?.trim();
        return value === undefined ? undefined : { name, value };
    };
    const url = named("TURSO_DATABASE_URL");
    const token = named("TURSO_AUTH_TOKEN");
    if (token && !url) {
        throw new AppError("usage", "TURSO_AUTH_TOKEN is set, but TURSO_DATABASE_URL is not", {
            hint: "set TURSO_DATABASE_URL too, or unset the token to use the embedded default",
        });
    }
    const readOnlyUrl = named("TURSO_DATABASE_URL_RO");
    const readOnlyToken = named("TURSO_AUTH_TOKEN_RO");
    if (readOnlyToken && !readOnlyUrl && !url) {
        throw new AppError("usage", "TURSO_AUTH_TOKEN_RO is set, but no database URL is", {
            hint: "set TURSO_DATABASE_URL_RO (or TURSO_DATABASE_URL) too",
        });
    }
    if (access === "read" && (readOnlyUrl || readOnlyToken)) {
        const chosen = readOnlyUrl ?? url;
        if (!chosen) throw new Error("unreachable: one of the URLs is set");
        if (!readOnlyToken && token) {
            throw new AppError("usage", "TURSO_DATABASE_URL_RO is set, but TURSO_AUTH_TOKEN_RO is not", {
                hint: "set both of the read-only pair, or neither; the read-write token is not used in its place",
            });
        }
        return { url: chosen, token: readOnlyToken, notes: ["reading with the read-only token"] };
    }
    if (!url && (readOnlyUrl || readOnlyToken)) {
        throw new AppError("usage", "only the read-only pair of variables is set, and this command writes", {
            hint: "set TURSO_DATABASE_URL and TURSO_AUTH_TOKEN too",
        });
    }
    if (!url) {
        const notes = ["default: neither TURSO_DATABASE_URL nor TURSO_AUTH_TOKEN is set"];
        return { url: { name: "the default", value: embeddedDefault }, token: undefined, notes };
    }
    const notes =
        access === "read" && token ? ["reading with the read-write token: TURSO_AUTH_TOKEN_RO is not set"] : [];
    return { url, token, notes };
}

function checkToken(token: Named): string {
    if (/\s/.test(token.value)) {
        throw new AppError("usage", `${token.name} holds white space`, {
            hint: "copy the token again, as one line without quotes",
        });
    }
    // No HTTP header can carry it.
    if (/[^\x21-\x7e]/.test(token.value)) {
        throw new AppError("usage", `${token.name} holds a character that no token has`, {
            hint: "copy the token again: letters, digits and punctuation of ASCII only",
        });
    }
    return token.value;
}

function parseTarget(value: string, name: string, authToken: string | undefined, root: string): Target {
    const refuse = (why: string, hint: string): never => {
        throw new AppError("usage", `${name} cannot be used: ${why}`, { hint });
    };
    const example = "write it as libsql://<database>.turso.io, http://127.0.0.1:8080 or file:local.db";
    if (/^file:/i.test(value)) return parseFileTarget(value, root, refuse);
    const url = URL.canParse(value) ? new URL(value) : refuse("it is not a URL", example);
    if (url.searchParams.has("authToken")) refuse("it holds a token", "put the token into TURSO_AUTH_TOKEN");
    if (url.username || url.password) refuse("it holds a user name or password", "remove it; Turso uses tokens");
    if (url.hash) refuse("it has a fragment", "remove the part from '#' on");
    const scheme = url.protocol.slice(0, -1);
    if (!["libsql", "https", "http"].includes(scheme)) refuse(`it begins with '${scheme}:'`, example);
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
    if (/[?#]/.test(value)) refuse("a file: URL takes no parameters here", "write it as file:local.db");
    const bare = value.slice("file:".length);
    if (bare === "" || bare === ":memory:") {
        refuse("nothing would be kept", "name a file, such as file:local.db");
    }
    const path =
        readFilePath(value, bare) ?? refuse("it is not a path", "write it as file:local.db or file:///path/to/it");
    const absolute = isAbsolute(path) ? path : join(root, path);
    return { kind: "file", path: absolute, label: value, local: true };
}

function readFilePath(value: string, bare: string): string | undefined {
    try {
        return bare.startsWith("//") ? fileURLToPath(value) : decodeURIComponent(bare);
    } catch {
        return undefined;
    }
}

/** Loopback hosts are the only servers that tests, resets and bundled seeds may write to. */
function isLoopback(hostname: string): boolean {
    return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function readWriteMode(variables: Variables): boolean {
    const mode = variables.TURSO_WRITE_MODE?.trim();
    if (mode === undefined || mode === "true") return false;
    if (mode === "false") return true;
    throw new AppError("usage", `TURSO_WRITE_MODE is '${mode}'`, { hint: "set it to true or false, or unset it" });
}

async function readEnvFile(root: string): Promise<Variables> {
    const path = join(root, ".env");
    if (!existsSync(path)) return {};
    if (!statSync(path).isFile())
        throw new AppError("usage", ".env is not a file", { hint: "remove it, or make it a file" });
    const { parse } = await import("dotenv");
    return parse(readFileSync(path));
}

function withoutUndefined(variables: Variables): Variables {
    return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
