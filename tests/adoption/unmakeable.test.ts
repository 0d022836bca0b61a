import { readdirSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { leave } from "../support/foreign.ts";
import { makeFolder, writeProject } from "../support/project.ts";
import { adoptHere } from "./adopting.ts";

test("--check names what libSQL cannot create again, and the adoption copies the file and goes on", async () => {
    const folder = makeFolder();
    const url = `file:${path.join(folder, "app.db")}`;
    const client = createClient({ url });
    await client.executeMultiple(
        leave(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, state TEXT CHECK (state IN ('on')));\nINSERT INTO notes VALUES (1, 'on');\n" +
                "CREATE TABLE extra (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind <> 'q') COLLATE nocase);\nINSERT INTO extra VALUES (1, 'x');",
            ["'on'", '"on"'],
            ["'q'", '"q"'],
            ["nocase", "german"],
        ),
    );
    const root = writeProject({
        "migrations/001.do.notes.sql":
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, state TEXT CONSTRAINT known CHECK (state IN ('on', 'off'))) STRICT;\n",
    });
    const checked = await adoptHere(url, { check: true }, { root });
    expect([checked.code, checked.error]).toEqual([0, undefined]);
    const [notes, extra] = ["notes", "extra"].map(
        (name) => `libSQL can use the table '${name}', but not create it again (`,
    );
    expect(checked.stderr).toContain(
        `${notes}no such column: on): a restored backup has it with 'on' in single quotes\n`,
    );
    expect(checked.stderr).toContain(
        `${extra}no such collation sequence: german): a restored backup has it without COLLATE german and with 'q' in single quotes\n`,
    );
    const adopted = await adoptHere(url, {}, { root });
    expect([adopted.code, adopted.error]).toEqual([0, undefined]);
    expect(adopted.stdout).toMatch(
        /\n +The file was copied page by page, because VACUUM INTO failed: .+ Writers waited for up to \d+ ms\.\n/,
    );
    expect(readdirSync(folder).filter((name) => name.includes(".before-"))).toHaveLength(1);
    expect(await readRows(client, "SELECT n.state, e.kind FROM notes AS n, extra AS e")).toEqual([
        { state: "on", kind: "x" },
    ]);
    client.close();
});
