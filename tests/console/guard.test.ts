import { afterAll, describe, expect, test } from "vitest";
import { openTestConsole } from "./consoles.ts";

const console = openTestConsole({ url: "file:/tmp/there-is-no-such-folder/none.db" });
afterAll(() => console.close());

describe("the console answers", () => {
    test.each<[string, number, Record<string, string>, string?]>([
        ["its own page", 200, {}],
        ["by 127.0.0.1", 200, { host: "127.0.0.1:5001" }],
        ["by [::1]", 200, { host: "[::1]:5001" }],
        ["an address that a user types", 200, { "sec-fetch-site": "none" }],
        ["a program without these headers", 200, { "sec-fetch-site": "" }],
        [
            "a link on another site",
            200,
            { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
        ],
        ["HEAD", 200, {}, "HEAD"],
        ["another name for this machine", 421, { host: "evil.example:5001" }],
        ["a name that begins like its own", 421, { host: "localhost.evil.example:5001" }],
        ["another port", 421, { host: "localhost:80" }],
        ["no port", 421, { host: "localhost" }],
        ["all addresses", 421, { host: "0.0.0.0:5001" }],
        ["another site's script", 403, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
        ["another port's script", 403, { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
        [
            "another site's frame",
            403,
            { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
        ],
        ["a foreign origin", 403, { origin: "https://evil.example" }],
        ["the origin null", 403, { origin: "null" }],
        ["its own origin", 200, { origin: "http://localhost:5001" }],
        ["POST", 405, {}, "POST"],
        ["PUT", 405, {}, "PUT"],
        ["PATCH", 405, {}, "PATCH"],
        ["DELETE", 405, {}, "DELETE"],
        ["OPTIONS", 405, {}, "OPTIONS"],
    ])("%s: %i", async (_, status, headers, method) => {
        const response = await console.get("/", headers, method);
        expect(response.status).toBe(status);
        expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(response.headers.get("content-security-policy")).not.toContain("unsafe");
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
    });
});

test("a missing file is a page with the one command, and is not created", async () => {
    const page = await console.read("/");
    expect(page).toContain("There is no database yet");
    expect(page).toContain("<code>pnpm db:migrate</code>");
});
