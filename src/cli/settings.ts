import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { isSameDatabase, parseTarget, type Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { findSecrets } from "../redaction.ts";
import { decodeText } from "../text/decode.ts";

/**
 * What a command does with the database. `read` prefers the read-only pair of variables. So does `plan`, which shows what a
 * write would do, but its pair must name the database that the write would change.
 */
export type Access = "read" | "plan" | "write";

export interface Config {
    readonly target: Target;
    /** Sentences about the origin of the target, for the first line of output. */
    readonly notes: readonly string[];
    /** The use of the token; `read-only` for that of the read-only pair. */
    readonly use: "write" | "read-only" | "read";
    /** TURSO_WRITE_MODE=false refuses every write. */
    readonly writesOff: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

const embeddedDefault = "file:local.db";
const urlNames = ["TURSO_DATABASE_URL", "TURSO_DATABASE_URL_RO"];
const tokenNames = ["TURSO_AUTH_TOKEN", "TURSO_AUTH_TOKEN_RO"];
/** Those of this module; the ones of a model are listed with it. */
const ownNames = [
    ...[...urlNames, ...tokenNames, "TURSO_WRITE_MODE"],
    ...["FOLDER", "COMMAND", "FETCH", "RECIPIENT", "IDENTITY"].map((name) => `TURSO_BACKUP_${name}`),
];
const readOnlyNames = ["TURSO_DATABASE_URL_RO", "TURSO_AUTH_TOKEN_RO"];

/**
 * Reads the settings from the environment and from `.env` in `root`; the environment has precedence.
 *
 * @throws AppError `usage` for a variable that is set but empty, a token without a URL, or an invalid URL
 */
export async function readConfig(access: Access, root: string, environment: Variables = process.env): Promise<Config> {
    const { variables, isForeign } = leaveOutForeign(await readSources(root, environment), root);
    for (const name of [...urlNames, ...tokenNames]) {
        if (variables[name]?.trim() === "") {
            throw new AppError("usage", `${name} is set but empty`, {
                hint: `set it to a value, or unset it; with neither URL nor token set, ${embeddedDefault} is used`,
            });
        }
    }
    const { url, token, rival, isDefault } = chooseVariables(access, variables);
    const target = parseTarget(url.value, url.name, token === undefined ? undefined : checkToken(token), root);
    const needsToken = target.kind === "server" && (!target.local || variables.TURSO_AUTH_TOKEN !== undefined);
    if (access !== "write" && !token && needsToken) refuseHalfPair(url);
    const isOther =
        rival !== undefined && !isSameDatabase(target, parseTarget(rival.value, rival.name, undefined, root));
    if (isOther && access === "plan") {
        throw new AppError("usage", `${url.name} and ${rival.name} name different databases`, {
            hint: `this run would describe ${target.label}, which is not the database that a write changes: make them equal, or unset the read-only pair for this run`,
        });
    }
    return {
        target,
        notes: [
            ...(isDefault ? ["default: neither TURSO_DATABASE_URL nor TURSO_AUTH_TOKEN is set"] : []),
            ...(access === "write" ? [] : describeReading(target, url, token)),
            ...(access !== "write" && isForeign.readOnlyPair
                ? ["not the read-only pair of .env, which is for another database"]
                : []),
            ...(!token && isForeign.token && target.kind === "server"
                ? ["not the token of .env, which is for another database"]
                : []),
            ...(isOther ? [`not the database that ${rival.name} names`] : []),
        ],
        use: access === "write" ? "write" : token?.name === "TURSO_AUTH_TOKEN_RO" ? "read-only" : "read",
        writesOff: readWriteMode(variables),
    };
}

/** Reads the secrets of all variables, even invalid ones, so that they are never printed; a .env that is no file has none. */
export async function readSecrets(root: string, environment: Variables = process.env): Promise<string[]> {
    const { file, real } = await readSources(root, environment).catch(() => ({ file: {}, real: environment }));
    return [...findSecrets(file), ...findSecrets(real)];
}

/** Finds variables whose names are misspelt, as sentences: they would be ignored. */
export async function findMisspelt(root: string, environment: Variables = process.env): Promise<string[]> {
    const set = Object.keys(await readAllVariables(root, environment));
    const others = set.filter((name) => /^(TURSO|LLM)_/.test(name) && !ownNames.includes(name));
    if (others.length === 0) return [];
    const { modelVariables } = await import("../model/settings.ts");
    const { findSimilar } = await import("../text/similar.ts");
    const known: readonly string[] = [...ownNames, ...modelVariables];
    const unknown = others.filter((name) => !known.includes(name));
    return unknown.flatMap((name) => {
        const meant = findSimilar(name, known, 2);
        return meant === undefined ? [] : [`${name} is not a known variable; did you mean ${meant}?`];
    });
}

/** Reads other variables that are set; refuses one that is empty. */
export async function readVariables<Name extends string>(
    names: readonly Name[],
    root: string,
    environment: Variables = process.env,
): Promise<Partial<Record<Name, string>>> {
    const variables = await readAllVariables(root, environment);
    const found = names.flatMap((name) =>
        variables[name] === undefined ? [] : [[name, variables[name].trim()] as const],
    );
    const empty = found.find(([, value]) => value === "");
    if (empty) throw new AppError("usage", `${empty[0]} is set but empty`, { hint: "set it to a value, or unset it" });
    return Object.fromEntries(found) as Partial<Record<Name, string>>;
}

/**
 * Reads INPUT_<name> of each name, as a workflow that is started by hand sets them; one that was left empty is
 * undefined.
 */
export function readInputs(names: readonly string[], environment: Variables = process.env): (string | undefined)[] {
    return names.map((name) => environment[`INPUT_${name}`]?.trim() || undefined);
}

/** The environment for a program of the user, with additional variables and without secrets. */
export function environmentFor(more: Readonly<Record<string, string>>): Variables {
    const secrets = new Set(findSecrets(process.env));
    const open = Object.entries(process.env).filter(([, value]) => !secrets.has(value?.trim() ?? ""));
    return { ...Object.fromEntries(open), ...more };
}

/** The command line of the pnpm that runs this program, or of the npx that fetches one. */
export function findPnpm(environment: Variables = process.env): readonly [program: string, ...string[]] {
    const program = environment.npm_execpath ?? "";
    if (!/^pnpm\b/.test(basename(program))) return ["npx", "-y", "pnpm"];
    return /\.[cm]?js$/.test(program) ? [process.execPath, program] : [program];
}

/** Whether to write escape codes to `stream` (NO_COLOR, https://no-color.org). */
export function wantsColor(stream: { isTTY?: boolean }, environment: Variables = process.env): boolean {
    return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
}

/** Whether `stream` is an interactive terminal, on which text can be redrawn. CI keeps its output line by line. */
export function isInteractive(stream: { isTTY?: boolean }, environment: Variables = process.env): boolean {
    return stream.isTTY === true && environment.TERM !== "dumb" && /^(0|false)?$/i.test(environment.CI ?? "");
}

/** Whether the user's locale is UTF-8, so that charts can use block characters. */
export function speaksUtf8(environment: Variables = process.env): boolean {
    return /utf-?8/i.test(environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "");
}

/** Whether this runs in a GitHub workflow, which shows annotations next to the changed code. */
export function runsOnGitHub(environment: Variables = process.env): boolean {
    return environment.GITHUB_ACTIONS === "true";
}

interface Named {
    readonly name: string;
    readonly value: string;
}

interface Chosen {
    readonly url: Named;
    readonly token: Named | undefined;
    /** No variable names a database. */
    readonly isDefault?: boolean;
    /** The URL of the database that writes would change, if another variable was chosen. */
    readonly rival?: Named;
}

function chooseVariables(access: Access, variables: Variables): Chosen {
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
    if (access !== "write" && (readOnlyUrl || readOnlyToken)) {
        const chosen = readOnlyUrl ?? url;
        if (!chosen) throw new Error("unreachable: one of the URLs is set");
        return { url: chosen, token: readOnlyToken, ...(readOnlyUrl && url ? { rival: url } : {}) };
    }
    if (!url && (readOnlyUrl || readOnlyToken)) {
        throw new AppError("usage", "only the read-only pair of variables is set, and this command writes", {
            hint: "set TURSO_DATABASE_URL and TURSO_AUTH_TOKEN too",
        });
    }
    return url ? { url, token } : { url: { name: "the default", value: embeddedDefault }, token, isDefault: true };
}

function describeReading(target: Target, url: Named, token: Named | undefined): string[] {
    const isServer = target.kind === "server";
    if (isServer && token?.name === "TURSO_AUTH_TOKEN_RO") return ["reading with the read-only token"];
    if (isServer && token) return ["reading with the read-write token: TURSO_AUTH_TOKEN_RO is not set"];
    return url.name === "TURSO_DATABASE_URL_RO" ? [`reading from ${url.name}`] : [];
}

interface Sources {
    readonly file: Variables;
    readonly real: Variables;
}

/**
 * The variables of both sources without those of `.env` that belong to another database than the environment names: its
 * token is not sent to another server, and its read-only pair does not divert a command.
 */
function leaveOutForeign(
    { file, real }: Sources,
    root: string,
): { variables: Variables; isForeign: { token: boolean; readOnlyPair: boolean } } {
    const isForeign = (urls: readonly string[], dependents: readonly string[]): boolean => {
        const [own, named] = [file, real].map((source) => urls.map((name) => source[name]).find(Boolean));
        const isUsed = dependents.some((name) => file[name] !== undefined && real[name] === undefined);
        return isUsed && own !== undefined && named !== undefined && !namesSameDatabase(own, named, root);
    };
    const token = isForeign(["TURSO_DATABASE_URL"], ["TURSO_AUTH_TOKEN"]);
    const readOnlyPair = isForeign(["TURSO_DATABASE_URL_RO", "TURSO_DATABASE_URL"], readOnlyNames);
    const foreign = new Set([...(token ? ["TURSO_AUTH_TOKEN"] : []), ...(readOnlyPair ? readOnlyNames : [])]);
    const kept = Object.fromEntries(Object.entries(file).filter(([name]) => !foreign.has(name)));
    return { variables: { ...kept, ...real }, isForeign: { token, readOnlyPair } };
}

function namesSameDatabase(one: string, other: string, root: string): boolean {
    try {
        const [first, second] = [one, other].map((url) => parseTarget(url.trim(), "", undefined, root)) as [
            Target,
            Target,
        ];
        return isSameDatabase(first, second);
    } catch {
        // An address that cannot be used is refused where it is used.
        return one === other;
    }
}

// A remote server needs a token, and the read-write token is not used in place of the read-only one.
function refuseHalfPair({ name }: Named): void {
    if (name !== "TURSO_DATABASE_URL_RO") return;
    throw new AppError("usage", "TURSO_DATABASE_URL_RO is set, but TURSO_AUTH_TOKEN_RO is not", {
        hint: "set both of the read-only pair, or neither; the read-write token is not used in its place",
    });
}

function checkToken(token: Named): string {
    if (/\s/.test(token.value)) {
        throw new AppError("usage", `${token.name} contains white space`, {
            hint: "copy the token again, as one line without quotes",
        });
    }
    // Not allowed in an HTTP header.
    if (/[^\x21-\x7e]/.test(token.value)) {
        throw new AppError("usage", `${token.name} contains a character that tokens do not have`, {
            hint: "copy the token again: it has only ASCII letters, digits and punctuation",
        });
    }
    return token.value;
}

function readWriteMode(variables: Variables): boolean {
    const mode = variables.TURSO_WRITE_MODE?.trim();
    if (mode === undefined || mode === "true") return false;
    if (mode === "false") return true;
    throw new AppError("usage", "TURSO_WRITE_MODE is neither true nor false", {
        hint: "set it to true or false, or unset it",
    });
}

const serversOfKeys = { LLM_API_KEY: "LLM_BASE_URL", EMBEDDING_API_KEY: "EMBEDDING_URL" };

// Those of the environment override those of `.env`, whose key is not sent to another server.
async function readAllVariables(root: string, environment: Variables): Promise<Variables> {
    const { file, real } = await readSources(root, environment);
    const kept = { ...file };
    for (const [key, url] of Object.entries(serversOfKeys))
        if (real[url] !== undefined && (file[url] ?? real[url]) !== real[url]) delete kept[key];
    return { ...kept, ...real };
}

async function readSources(root: string, environment: Variables): Promise<Sources> {
    const path = join(root, ".env");
    const real = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
    if (!existsSync(path)) return { file: {}, real };
    if (!statSync(path).isFile())
        throw new AppError("usage", ".env is not a file", { hint: "remove it, or make it a file" });
    const { parse } = await import("dotenv");
    return { file: parse(decodeText(readFileSync(path), ".env", "Nothing was tried.")), real };
}
