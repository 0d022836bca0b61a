import { beforeAll, expect, test } from "vitest";
import { readTables } from "../../src/schema/table.ts";
import { createDeployedDatabase, openTestConnection } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { openTestConsole, type TestConsole } from "./consoles.ts";

interface DiagramDocument {
    readonly tables: readonly { readonly name: string; readonly category: string; readonly columns: string[] }[];
    readonly relations: readonly { readonly from: string; readonly to: string; readonly kind: string }[];
}

describeTargets("the diagram of the console", (target) => {
    let database: TestDatabase;
    let console: TestConsole;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        console = openTestConsole(database);
        return () => console.close();
    });

    const readDiagram = async (path: string): Promise<DiagramDocument> =>
        (await console.readJson(path)) as DiagramDocument;

    test("shows every table with every column, as a link to its page, from one request", async () => {
        const connection = await openTestConnection(database);
        const own = (await readTables(connection)).filter(({ isBookkeeping, isShadow }) => !isBookkeeping && !isShadow);
        connection.close();
        const page = await console.read("/diagram");
        const [picture = ""] =
            /<svg class="erd" width.*?<\/svg>/s.exec(page.slice(page.indexOf("Picture of the tables"))) ?? [];
        expect(own).toHaveLength(12);
        for (const { name, columns } of own) {
            const [, box = ""] = new RegExp(`<a href="/tables/${name}">(.*?)</a>`, "s").exec(picture) ?? [];
            for (const column of columns) expect(box).toContain(`>${column.name}</text>`);
        }
        expect(picture.match(/<path class="ln"/g)).toHaveLength(4);
        expect(picture.match(/<path class="ln ref"/g)).toHaveLength(6);
        expect(picture).not.toContain('role="img"');
        expect(page).toContain("1 request, 6 statements in one transaction.");
        expect(page).toContain("pragma_foreign_key_list");
        expect(page).not.toMatch(/ style="| on\w+="/);
    });

    test("lists the relations as a table, as JSON and as CSV", async () => {
        const { relations } = await readDiagram("/diagram");
        expect(relations).toHaveLength(12);
        expect(relations.filter(({ kind }) => kind === "foreign key")).toHaveLength(4);
        expect(relations).toContainEqual({
            ...{ from: "user_sessions.certification_id", to: "certifications.id", kind: "reference" },
            why: "the application knows certifications that the table may lack",
        });
        const csv = await console.read("/diagram?as=csv");
        expect(csv).toContain("from,to,kind,why\r\n");
        expect(csv.trimEnd().split("\r\n")).toHaveLength(13);
        const page = await console.read("/diagram");
        expect(page.slice(page.indexOf('id="relations"'))).toContain(
            '<a href="/tables/voice_sessions">voice_sessions</a>.question_ids',
        );
    });

    test("shows keys only, a category, or a table with its neighbours", async () => {
        const keys = await console.read("/diagram?show=keys");
        expect(keys).not.toContain(">explanation</text>");
        expect(keys).toContain(">source_question_id</text>");
        const { tables } = await readDiagram("/diagram?category=Bot+infrastructure");
        expect(tables.map(({ name }) => name).sort()).toEqual(["bot_ledger", "bot_runs", "work_queue"]);
        const around = await readDiagram("/diagram?table=USER_SESSIONS");
        expect(around.tables.map(({ name }) => name).sort()).toEqual(["certifications", "user_sessions", "users"]);
        const page = await console.read("/diagram?table=user_sessions&show=keys");
        expect(page).toContain('<option value="user_sessions" selected="">');
        expect(page).toContain('href="/diagram.svg?show=keys&amp;table=user_sessions"');
    });

    test("gives the picture as a file that follows the reader's scheme", async () => {
        const response = await console.get("/diagram.svg?category=Core+content&show=keys");
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toBe("image/svg+xml");
        expect(response.headers.get("content-disposition")).toBe('attachment; filename="schema-core-content.svg"');
        const text = await response.text();
        expect(text).toContain("@media (prefers-color-scheme: dark)");
        expect(text).not.toContain("href");
    });

    test.each(["/diagram?table=%3Cb%3Egone", "/diagram?category=%3Cb%3Egone", "/diagram.svg?table=%3Cb%3Egone"])(
        "%s is a page that leads back",
        async (path) => {
            const response = await console.get(path);
            const text = await response.text();
            expect(response.status).toBe(404);
            expect(text).toMatch(/There is no (table|category) &#39;&lt;b&gt;gone&#39;/);
            expect(text).toContain('<a href="/diagram">the diagram of all tables</a>');
            expect(text).not.toContain("<b>gone");
        },
    );

    test("shows a table that was added, with its reference, and names with special characters as text", async () => {
        const changed = await target.createCopy(database);
        await changed.client.execute(
            'CREATE TABLE "a <i>/&b" (id INTEGER PRIMARY KEY, "<script>x" TEXT, question_id TEXT, "user_id" TEXT) STRICT',
        );
        const other = openTestConsole(changed);
        const page = await other.read("/diagram");
        expect(page).toContain('<a href="/tables/a%20%3Ci%3E%2F%26b">');
        expect(page).toContain("a &lt;i&gt;/&amp;b.question_id → questions.id: by its name; there is no foreign key");
        expect(page).toContain("&lt;script&gt;x");
        expect(page).not.toMatch(/<i>|<script>x/);
        expect(page).toContain('href="/diagram?category=Other"');
        const { tables } = (await other.readJson("/diagram?category=Other")) as DiagramDocument;
        expect(tables.map(({ name }) => name)).toEqual(["a <i>/&b"]);
        other.close();
    });

    test("an empty database says what to do", async () => {
        const other = openTestConsole(await target.createDatabase());
        expect(await other.read("/diagram")).toContain("<code>pnpm db:migrate</code>");
        expect(await other.readJson("/diagram")).toEqual({ tables: [], relations: [] });
        other.close();
    });
});
