import { expect, test } from "vitest";
import { faultOfNetwork, faultOfReply, toFault } from "../../src/database/faults.ts";

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
