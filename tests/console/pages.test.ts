import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { renderArguments } from "../../src/console/read-log.ts";
import type { ConsoleSite, Route } from "../../src/console/site.ts";
import { DatabaseFault } from "../../src/database/faults.ts";
import { AppError } from "../../src/errors.ts";
import { makeFolder } from "../support/project.ts";
import { openTestConsole } from "./consoles.ts";

/** A site with one page more. */
function withPage(show: Route["show"]): ConsoleSite {
    const screen = { label: "More", path: "/more", routes: [{ pattern: "/more", show }] };
    return { ...consoleSite, screens: [...consoleSite.screens, screen] };
}

test.each<[string, number, Error]>([
    ["a mistake of the request", 400, new AppError("usage", "no such thing")],
    ["a statement that the database refuses", 400, new DatabaseFault("sql", "no such table")],
    ["a server that cannot be reached", 503, new DatabaseFault("unreachable", "nothing there")],
    ["a database that is locked", 503, new DatabaseFault("busy", "locked")],
    ["a server that fails", 503, new DatabaseFault("server-fault", "HTTP 500")],
    ["a file that is gone", 503, new DatabaseFault("cannot-open", "there is no such file")],
    ["a token that has expired", 503, new AppError("token-expired", "expired")],
    ["a mistake of the program", 500, new TypeError("x is not a function")],
])("%s: %i", async (_, status, error) => {
    const site = withPage(() => Promise.reject(error));
    const console = openTestConsole({ url: `file:${makeFolder()}/none.db` }, { site });
    const response = await console.get("/more");
    expect(response.status).toBe(status);
    expect(await response.text()).toContain("<h1>");
    console.close();
});

test("shows the values of a statement with it, in one line", async () => {
    const path = `${makeFolder()}/values.db`;
    const client = createClient({ url: `file:${path}` });
    await client.execute("CREATE TABLE t (a)");
    client.close();
    const site = withPage(async (visit) => {
        await visit.getConnection().readAll([{ sql: "SELECT a FROM t WHERE a IN (?, ?)", args: ["x'\n<y>", 5] }]);
        return { title: "More", body: "" };
    });
    const console = openTestConsole({ url: `file:${path}` }, { site });
    expect(await console.read("/more")).toContain("-- ?1 = &#39;x&#39;&#39; &lt;y&gt;&#39;, ?2 = 5\n");
    console.close();
});

test("shortens the values of a statement", () => {
    const items = Array.from({ length: 100 }, (_, at) => `word ${at}`);
    const line = renderArguments({ args: [null, { items: [1, 2] }, { items }, "long ".repeat(1_000)] });
    expect(line).toMatch(/^\?1 = NULL, \?2 = '\[1,2\]', \?3 = '\["word 0",.*… \(100 items\), \?4 = 'long .*…$/);
    expect(line.length).toBeLessThan(250);
});
