import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findSqld } from "../../../src/server/sqld.ts";
import { describeTargets } from "../../support/targets.ts";
import { createBases } from "./bases.ts";
import { commands } from "./commands.ts";
import { fileFaults } from "./file-faults.ts";
import { type Cell, findRecorded, readRecord, recordFile, renderRecord } from "./record.ts";
import { serverFaults } from "./server-faults.ts";
import { createUndisturbed, meets, titleOf, tryOnFile, tryOnServer } from "./table.ts";

const cells: Cell[] = [];

// All of it, for the committed file: `npx vitest run --mode long tests/database/faults/table.long.test.ts -u` writes it anew.
describeTargets("the table of faults", (target) => {
    const bases = createBases(target);
    const undisturbed = createUndisturbed(bases);

    if (target.name === "sqld") {
        test.each(serverFaults.map((fault) => [titleOf(fault), fault] as const))(
            "has what every command says: %s",
            async (title, fault) => {
                for (const command of commands.filter((one) => meets(one, fault))) {
                    const finding = await tryOnServer(bases, undisturbed, fault, command);
                    cells.push({ fault: title, command: command.name, finding });
                }
            },
        );
    } else {
        for (const fault of fileFaults) {
            test.skipIf(fault.obstacle !== undefined)(
                `has what every command says: ${fault.title}${fault.obstacle ? ` (${fault.obstacle})` : ""}`,
                async () => {
                    for (const command of commands.filter((one) => meets(one, fault))) {
                        const database = await bases.borrow(fault.base ?? command.base);
                        const finding = await tryOnFile(fileURLToPath(database.url), fault, command);
                        await bases.giveBack(database, false);
                        cells.push({ fault: titleOf(fault), command: command.name, finding });
                    }
                },
            );
        }
    }
});

const isWhole = findSqld() !== undefined && fileFaults.every(({ obstacle }) => obstacle === undefined);

test("what they say is committed", async () => {
    for (const { fault, command, finding } of isWhole ? [] : cells) {
        expect([fault, command, finding]).toEqual([fault, command, findRecorded(readRecord(), fault, command)]);
    }
    if (isWhole) await expect(renderRecord(cells)).toMatchFileSnapshot(recordFile);
});
