import { expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { openTestConsole } from "./consoles.ts";
import { readText } from "./crawling.ts";

describeTargets("the state of a database that differs from the files", (target) => {
    test("names what differs, and the remedy of either side", async () => {
        const database = await createDeployedDatabase(target);
        await database.client.executeMultiple(
            "DROP INDEX idx_bot_ledger_item_id_item_type_created_at; " +
                "CREATE UNIQUE INDEX by_hand ON bot_runs (id, status); CREATE INDEX by_an_app ON bot_runs (status);",
        );
        const console = openTestConsole(database);
        const page = await console.read("/");
        const text = readText(page);
        expect(text).toContain("Up to date, but 2 objects differ from the files");
        expect(text).toContain("index by_hand (unexpected)");
        expect(text).toContain("Not in the files, and no drift: index by_an_app.");
        expect(text).toContain("index idx_bot_ledger_item_id_item_type_created_at (missing)");
        expect(page).toContain("<code>pnpm db:verify --write-files --dry-run</code>");
        console.close();
    });

    test("counts what the files define without the indexes of an application", async () => {
        const database = await createDeployedDatabase(target);
        const console = openTestConsole(database);
        const counts = / (\d+) indexes, /.exec(readText(await console.read("/")))?.[0] ?? "no count";
        await database.client.execute("CREATE INDEX by_an_app ON bot_runs (status)");
        const text = readText(await console.read("/"));
        expect(text).toContain("Up to date, no drift");
        expect(text).toContain(counts);
        console.close();
    });
});
