import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOutput } from "../../src/cli/output.ts";
import { createRedactor, findSecrets, quoteReply } from "../../src/redaction.ts";

const secret = "sk-A1b2C3d4E5f6G7h8I9j0K1l2M3n4";
const redact = createRedactor([secret]);

describe("redaction", () => {
    test.each([
        ["the whole", secret, "[token]"],
        ["a piece of 12 characters", `(${secret.slice(5, 17)})`, "([token])"],
        ["two pieces", `${secret.slice(0, 14)} and ${secret.slice(-14)}`, "[token] and [token]"],
        ["line breaks within", `<${secret.slice(0, 8)}\r\n   ${secret.slice(8)}>`, "<[token]>"],
        ["line breaks in JSON", `"${secret.slice(0, 8)}\\n${secret.slice(8)}"`, '"[token]"'],
        ["an escape code and a zero-width space", `${secret.slice(0, 8)}\x1b\u200b${secret.slice(8)}`, "[token]"],
        ["a piece of 11 characters stays", secret.slice(5, 16), secret.slice(5, 16)],
        ["another text stays", "CREATE TABLE a (b TEXT)", "CREATE TABLE a (b TEXT)"],
    ])("of %s", (_, text, clean) => expect(redact(text)).toBe(clean));

    test("finds every piece, wherever it is and whatever is put in", () => {
        const gap = fc.constantFrom("", "", "", " ", "\n", "\r\n\t", "\\n", "\u00ad");
        const place = fc.tuple(fc.integer({ min: 0, max: secret.length - 12 }), fc.integer({ min: 12, max: 30 }));
        fc.assert(
            fc.property(
                fc.string(),
                place,
                fc.array(gap, { minLength: 30, maxLength: 30 }),
                fc.string(),
                (...drawn) => {
                    const [before, [from, length], gaps, after] = drawn;
                    const broken = Array.from(
                        secret.slice(from, from + length),
                        (letter, at) => letter + gaps[at],
                    ).join("");
                    const clean = redact(before + broken + after).replace(/\s|\\n|\u00ad/g, "");
                    for (let at = 0; at + 12 <= secret.length; at++)
                        expect(clean).not.toContain(secret.slice(at, at + 12));
                },
            ),
        );
    });

    test("finds a piece behind a backslash, which makes an escape of its first letter", () => {
        const key = "tok-A1b2C3d4E5f6G7h8";
        const text = `\\${key.slice(0, 12)} end`;
        expect(createRedactor([key])(text)).toBe("\\t[token] end");
    });

    test("of a password on both sides of percent-encoding, and of a short one as a whole", () => {
        const both = createRedactor(["p%40ss-w%C3%B6rd-of-mine"]);
        expect(both("p%40ss-w%C3%B6rd-of-mine, p@ss-wörd-of-mine")).toBe("[token], [token]");
        expect(createRedactor(["a b 'c'"])("x a b 'c' y")).toBe("x [token] y");
    });

    test("leaves what every key of age begins with, which hints name", () => {
        const age = createRedactor(["AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"]);
        expect(age("set it to AGE-SECRET-KEY-1…, not AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")).toBe(
            "set it to AGE-SECRET-KEY-1…, not AGE-SECRET-KEY-1[token]",
        );
    });

    test("comes before the cut", () => {
        expect(quoteReply(`${"x".repeat(190)}${secret}`, redact)).toBe(`${"x".repeat(190)}[token]`);
        expect(quoteReply("a\n\x00 b", redact)).toBe("a b");
    });

    test("finds the credentials of an address in any variable", () => {
        const variables = {
            TURSO_BACKUP_FOLDER: "s3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI@bucket/a",
            TURSO_BACKUP_COMMAND: "curl -T - 'https://backup:correct-horse@host/x?sig=0123456789'",
            OTHER_URL: "https://backup:not-of-this-program@host",
        };
        expect(findSecrets(variables)).toEqual([
            "wJalrXUtnFEMI",
            "AKIAIOSFODNN7EXAMPLE",
            "correct-horse",
            "0123456789",
        ]);
    });
});

test.each([
    ["there is no folder 's3://key:se/cr+et@bucket/a'", "there is no folder 's3://[token]@bucket/a'"],
    ["cannot write to '/app/s3:/key:se/cr+et@bucket'", "cannot write to '/app/s3:/[token]@bucket'"],
    ["--url=libsql://user:pass@word@db.turso.io", "--url=libsql://[token]@db.turso.io"],
    ["https://token-alone@host", "https://[token]@host"],
    ["https://registry.npmjs.org/@libsql/client", "https://registry.npmjs.org/@libsql/client"],
    ["http://localhost:4873/@libsql/client, a@b.example", "http://localhost:4873/@libsql/client, a@b.example"],
    ["12:30 file:local.db file:/a/b@c.db", "12:30 file:local.db file:/a/b@c.db"],
])("prints '%s' without the credentials of addresses", (text, clean) => {
    const printed: string[] = [];
    const output = createOutput({ json: false, color: false, write: (_, part) => printed.push(part) });
    output.warn(text);
    output.raw(text);
    expect(printed).toEqual([`warning: ${clean}\n`, text]);
});
