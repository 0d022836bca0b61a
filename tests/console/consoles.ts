import { consoleSite } from "../../site/screens.ts";
import { createOutput } from "../../src/cli/output.ts";
import { findGuard, openReader } from "../../src/console/serve.ts";
import { createConsole } from "../../src/console/server.tsx";
import type { ConsoleSite } from "../../src/console/site.ts";
import { parseTarget } from "../../src/database/target.ts";
import { root as repository } from "../support/deployed.ts";
import { assertLocal } from "../support/local.ts";
import type { Address } from "../support/targets.ts";

/** A console in the test's own process, without a socket. */
export interface TestConsole {
    /** Asks for a page as its own pages do; `headers` replace those. */
    get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Response>;
    /** The text of a page; throws for another status than 200. */
    read(path: string): Promise<string>;
    /** What the page gives as JSON. */
    readJson(path: string): Promise<unknown>;
    close(): void;
}

interface Settings {
    readonly root?: string;
    readonly site?: ConsoleSite;
    readonly now?: string;
    /** Milliseconds; a busy machine is slow. */
    readonly patience?: number;
    /** What is redacted. */
    readonly secrets?: readonly string[];
}

const port = 5001;

/** Opens the console on a test's database. */
export function openTestConsole({ url, authToken }: Address, settings: Settings = {}): TestConsole {
    assertLocal(url);
    const { root = repository, site = consoleSite, now, secrets = [], patience = 60_000 } = settings;
    const target = parseTarget(url, "the test's URL", authToken, root);
    const output = createOutput({ json: false, color: false });
    for (const secret of secrets) output.hide(secret);
    const reader = openReader(target);
    const app = createConsole({
        root,
        site,
        database: { target, readOnlyBy: findGuard(target), notes: [], schemaVersion: "2.2.0" },
        connect: reader.connect,
        getPort: () => port,
        signal: new AbortController().signal,
        patience,
        redact: output.redact,
        now: () => now ?? new Date().toISOString(),
    });
    const get: TestConsole["get"] = async (path, headers = {}, method = "GET") =>
        app.request(`http://localhost:${port}${path}`, {
            method,
            headers: withoutEmpty({ host: `localhost:${port}`, "sec-fetch-site": "same-origin", ...headers }),
        });
    const read = async (path: string): Promise<string> => {
        const response = await get(path);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path}: ${response.status}: ${text}`);
        return text;
    };
    return {
        get,
        read,
        readJson: async (path) => JSON.parse(await read(`${path}${path.includes("?") ? "&" : "?"}as=json`)),
        close: reader.close,
    };
}

function withoutEmpty(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}
