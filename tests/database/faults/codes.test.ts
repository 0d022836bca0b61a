import { expect, test } from "vitest";
import { blameStatement, faultOfNetwork, faultOfReply, toFault } from "../../../src/database/faults.ts";
import { openScratch } from "../../../src/database/file/connection.ts";
import { parseTarget } from "../../../src/database/target.ts";
import { readToken } from "../../../src/database/token.ts";

// What no test can bring about on this machine alone: the codes that Node and SQLite give.
test.each([
    ["ENOTFOUND", "unreachable", "unknown-host"],
    ["EAI_AGAIN", "unreachable", "no-route"],
    ["EHOSTUNREACH", "unreachable", "no-route"],
    ["UND_ERR_CONNECT_TIMEOUT", "unreachable", "no-route"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "unreachable", "no-tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "unreachable", "certificate"],
    ["CERT_HAS_EXPIRED", "unreachable", "certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "unreachable", "certificate"],
    ["ECONNRESET", "connection-lost", undefined],
    ["UND_ERR_HEADERS_TIMEOUT", "connection-lost", undefined],
])("the network's %s is told as %s, %s", (code, kind, variant) => {
    const cause = Object.assign(new Error("no"), { code });
    expect(faultOfNetwork(new TypeError("fetch failed", { cause }))).toMatchObject({ kind, variant });
});

test.each([
    ["SQLITE_BUSY_SNAPSHOT", "busy"],
    ["SQLITE_READONLY_DBMOVED", "read-only-file"],
    ["UNKNOWN_SQLITE_ERROR_1544", "read-only-file"],
    ["UNKNOWN_SQLITE_ERROR_3091", "constraint"],
    ["SQLITE_NOTADB", "not-a-database"],
    ["SQLITE_IOERR_WRITE", "server-fault"],
    ["UNKNOWN_SQLITE_ERROR_257", "sql"],
    ["UNKNOWN_SQLITE_ERROR_99999", "sql"],
    ["ERR_OUT_OF_RANGE", "sql"],
])("SQLite's %s is told as %s", (code, kind) => {
    const error = Object.assign(new Error(`${code}: it is so`), { code });
    expect(toFault(error)).toMatchObject({ kind, message: "it is so" });
});

test("a Retry-After is read as seconds or as a date, and anything else passed over", () => {
    expect(faultOfReply(429, "", "7").retryAfter).toBe(7_000);
    expect(faultOfReply(503, "", "Wed, 21 Oct 2015 07:28:00 GMT").retryAfter).toBe(0);
    expect(faultOfReply(503, "", "soon").retryAfter).toBeUndefined();
    expect(faultOfReply(503, "", null).retryAfter).toBeUndefined();
});

test("a page for people comes from somebody else than the database, whatever its status", () => {
    for (const status of [200, 400, 401, 403, 404, 405]) {
        expect(faultOfReply(status, "<html>Access denied</html>")).toMatchObject({
            kind: "server-fault",
            variant: "foreign-reply",
        });
    }
    expect(faultOfReply(429, "<html>")).toMatchObject({ variant: "rate-limited" });
    expect(faultOfReply(502, "<html>")).toMatchObject({ variant: "not-available" });
    expect(faultOfReply(403, "").kind).toBe("forbidden");
});

test("only a refusal that is about the request blames a statement", () => {
    expect(faultOfReply(400, "near SELEC").kind).toBe("sql");
    for (const status of [402, 405, 410, 418, 451]) {
        const answer = { kind: "server-fault", message: `HTTP ${status}: not here` };
        expect(faultOfReply(status, "not here")).toMatchObject(answer);
    }
});

test("what a server says is told on one line, and gives the terminal no commands", () => {
    expect(faultOfReply(500, "no \u001b[2J\u0007way\r\n\n  out").message).toBe("HTTP 500: no [2J way out");
});

test("a token whose times are none says nothing about them", () => {
    const claims = (payload: object): string => Buffer.from(JSON.stringify(payload)).toString("base64url");
    for (const exp of [1e300, "soon", null]) {
        const facts = { readOnly: false, issuedAt: undefined, expiresAt: undefined };
        expect(readToken(`e30.${claims({ a: "rw", exp, iat: exp })}.c2ln`)).toEqual(facts);
    }
});

test("an address with a token in it is refused, whatever the parameter is called, and not shown", () => {
    for (const name of ["authToken", "auth_token", "TOKEN", "jwt"]) {
        const read = (): unknown => parseTarget(`libsql://127.0.0.1?${name}=sesame`, "THE_URL", undefined, "/");
        expect(read).toThrow(/^THE_URL cannot be used: it holds a token$/);
    }
    expect(parseTarget("libsql://127.0.0.1?tls=0", "THE_URL", undefined, "/")).toMatchObject({
        url: "http://127.0.0.1",
    });
});

test("a file's missing collation is told as the statement's, with its reason and its place", async () => {
    const scratch = openScratch();
    const script = [{ sql: "CREATE TABLE t (a)" }, { sql: "CREATE INDEX i ON t (a COLLATE nowhere)" }];
    const fault = await scratch.runScript(script).then(() => undefined, toFault);
    expect(fault).toMatchObject({ kind: "sql", part: 1, message: "no such collation sequence: nowhere" });
    expect(fault?.isAmbiguous).toBe(false);
    scratch.close();
});

test("a server's text that is not UTF-8 is told as such, and only where nothing was written as the statement's", () => {
    const body = '{"error":"invalid utf-8 sequence of 1 bytes from index 3"}';
    const fault = faultOfReply(500, body);
    expect(fault).toMatchObject({ kind: "server-fault", variant: "not-utf8" });
    expect(fault.isAmbiguous).toBe(true);
    expect(() => blameStatement(fault)).toThrow(/^a text in its result is not UTF-8: invalid utf-8 sequence/);
    expect(faultOfReply(500, '{"error":"no"}')).toMatchObject({ kind: "server-fault" });
});
