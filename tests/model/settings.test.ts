import { describe, expect, test } from "vitest";
import { noModel, readChosenModel } from "../../src/cli/bots/model.ts";
import { environmentFor, findMisspelt } from "../../src/cli/settings.ts";
import { openModel } from "../../src/model/model.ts";
import { type ModelSettings, readModelSettings } from "../../src/model/settings.ts";
import { findSecrets } from "../../src/redaction.ts";
import { type Ran, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { key } from "./asking.ts";

const local = { LLM_BASE_URL: "http://127.0.0.1:11434/v1", LLM_MODEL: "tiny" };

async function read(env: Readonly<Record<string, string>>): Promise<{ ran: Ran; settings: ModelSettings | undefined }> {
    let settings: ModelSettings | undefined;
    const ran = await runHere(
        async (context) => {
            settings = await readChosenModel(context);
            context.output.line(settings ? `key ${settings.apiKey}` : noModel);
        },
        { root: writeProject({}), env, isRouted: true },
    );
    return { ran, settings };
}

describe("the settings of a model", () => {
    test("choose none where no variable is set", async () => {
        const { ran, settings } = await read({});
        expect([settings, ran.code, ran.stdout]).toEqual([undefined, 0, `${noModel}\n`]);
    });

    test("need no key on this machine, and have a time-out and a budget", async () => {
        expect((await read(local)).settings).toEqual({
            ...{ url: local.LLM_BASE_URL, name: "tiny", apiKey: undefined, price: undefined },
            ...{ timeout: 60_000, maxTokens: 200_000 },
        });
    });

    test("are read whole, and their key is never printed", async () => {
        const { ran, settings } = await read({
            ...{ LLM_BASE_URL: "https://api.example.com/v1", LLM_MODEL: " big ", LLM_API_KEY: key },
            ...{ LLM_TIMEOUT_MS: "90000", LLM_MAX_TOKENS_PER_RUN: "1000" },
            ...{ LLM_PRICE_INPUT: "0.15", LLM_PRICE_OUTPUT: "0.6" },
        });
        expect(settings).toEqual({
            ...{ url: "https://api.example.com/v1", name: "big", apiKey: key, price: { input: 0.15, output: 0.6 } },
            ...{ timeout: 90_000, maxTokens: 1_000 },
        });
        expect(ran.stdout).toBe("key [token]\n");
    });

    const remote = { ...local, LLM_BASE_URL: "https://api.example.com/v1" };
    const cases: readonly [Readonly<Record<string, string>>, string][] = [
        ...["LLM_BASE_URL", "LLM_MODEL", "LLM_API_KEY", "LLM_TIMEOUT_MS", "LLM_PRICE_OUTPUT"].map(
            (name): [Record<string, string>, string] => [{ ...local, [name]: " " }, `${name} is set but empty`],
        ),
        [{ LLM_MODEL: "tiny" }, "LLM_MODEL is set, but LLM_BASE_URL is not"],
        [{ LLM_BASE_URL: local.LLM_BASE_URL }, "LLM_BASE_URL is set, but LLM_MODEL is not"],
        [{ LLM_API_KEY: key }, "LLM_API_KEY is set, but LLM_BASE_URL is not"],
        [remote, "LLM_API_KEY is not set, and 'api.example.com' is not this machine"],
        [
            { ...remote, LLM_API_KEY: `${key} ${key}` },
            "LLM_API_KEY contains white space or a character that keys do not have",
        ],
        [
            { ...remote, LLM_API_KEY: `${key}…` },
            "LLM_API_KEY contains white space or a character that keys do not have",
        ],
        [{ ...local, LLM_BASE_URL: "localhost:11434" }, "LLM_BASE_URL is not an address"],
        [
            { ...remote, LLM_BASE_URL: "http://api.example.com/v1", LLM_API_KEY: key },
            "LLM_BASE_URL is http: on 'api.example.com', which is not this machine",
        ],
        [
            { ...local, LLM_BASE_URL: `https://user:${key}@api.example.com/v1` },
            "LLM_BASE_URL has a user name or a password in it",
        ],
        [{ ...local, LLM_BASE_URL: `https://api.example.com/v1?key=${key}` }, "LLM_BASE_URL has a query or a fragment"],
        [{ ...local, LLM_TIMEOUT_MS: "1m" }, "LLM_TIMEOUT_MS is not a whole number from 1 to 300,000"],
        [{ ...local, LLM_TIMEOUT_MS: "300001" }, "LLM_TIMEOUT_MS is not a whole number from 1 to 300,000"],
        [
            { ...local, LLM_MAX_TOKENS_PER_RUN: "0" },
            "LLM_MAX_TOKENS_PER_RUN is not a whole number from 1 to 9,007,199,254,740,991",
        ],
        [{ ...local, LLM_PRICE_INPUT: "free", LLM_PRICE_OUTPUT: "1" }, "LLM_PRICE_INPUT is not a price"],
        [{ ...local, LLM_TIMEOUT_MS: key }, "LLM_TIMEOUT_MS is not a whole number from 1 to 300,000"],
        [{ ...local, LLM_PRICE_INPUT: "1" }, "only one of LLM_PRICE_INPUT and LLM_PRICE_OUTPUT is set"],
    ];
    test.each(cases)("are a usage error with a remedy: %o", async (env, message) => {
        const { ran } = await read(env);
        expect([ran.code, ran.error?.code, ran.error?.message]).toEqual([2, "usage", message]);
        expect(ran.error?.hint).toMatch(/\w/);
        expect(`${ran.stdout}${ran.stderr}${ran.error?.stack}`).not.toContain(key);
    });

    test("let no model be opened over http to another machine, whoever makes them", () => {
        const settings = readModelSettings(local);
        if (!settings) throw new Error("no settings");
        expect(() => openModel({ ...settings, url: "http://10.0.0.1/v1" })).toThrow("which is not this machine");
        expect(openModel({ ...settings, url: "http://[::1]:1/v1" }).name).toBe("tiny");
    });
});

test("a misspelt variable of the model is told", async () => {
    const environment = { LLM_BASEURL: "x", LLM_MODEL: "x", LLM_PRICES_OUTPUT: "1", LLM_PROVIDER: "other" };
    expect(await findMisspelt(writeProject({}), environment)).toEqual([
        "LLM_BASEURL is not a known variable; did you mean LLM_BASE_URL?",
        "LLM_PRICES_OUTPUT is not a known variable; did you mean LLM_PRICE_OUTPUT?",
    ]);
});

test("the keys of models and encoders are secrets, and passwords in their addresses", async () => {
    const variables = {
        ...{ LLM_API_KEY: "of-the-model", EMBEDDING_API_KEY: "of-the-encoder", OTHER_API_KEY: "of-another" },
        ...{ LLM_BASE_URL: "https://u:password-1@host/v1", EMBEDDING_URL: "https://u:password-2@host/v1" },
    };
    expect(findSecrets(variables)).toEqual(["of-the-model", "of-the-encoder", "password-1", "password-2"]);
    await runHere(
        async () => {
            const passed = environmentFor({ BACKUP_NAME: "b" });
            expect([passed.BACKUP_NAME, passed.LLM_API_KEY, passed.EMBEDDING_API_KEY]).toEqual([
                "b",
                undefined,
                undefined,
            ]);
        },
        { root: writeProject({}), env: { LLM_API_KEY: key, EMBEDDING_API_KEY: "of-the-encoder" } },
    );
});
