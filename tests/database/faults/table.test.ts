import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findSqld } from "../../../src/server/sqld.ts";
import { describeTargets } from "../../support/targets.ts";
import { createBases } from "./bases.ts";
import { commands, type Tried } from "./commands.ts";
import { renderDocument } from "./document.ts";
import { fileFaults } from "./file-faults.ts";
import { findRecorded, readRecord } from "./record.ts";
import { serverFaults } from "./server-faults.ts";
import { createUndisturbed, meets, titleOf, tryOnFile, tryOnServer } from "./table.ts";

const record = readRecord();
/** How many faults each command meets here. */
const tried = new Map<string, number>();

/** Each fault meets one command, and each command some fault: of those that meet it at all, the one least tried so far. */
function chooseCommand(fault: Parameters<typeof meets>[1]): Tried {
    const count = ({ name }: Tried): number => tried.get(name) ?? 0;
    const [chosen] = commands.filter((command) => meets(command, fault)).sort((a, b) => count(a) - count(b));
    if (!chosen) throw new Error(`No command meets '${fault.title}'.`);
    tried.set(chosen.name, count(chosen) + 1);
    return chosen;
}

// The whole product of faults and commands is tried by table.long.test.ts.
describeTargets("a fault", (target) => {
    const bases = createBases(target);
    const undisturbed = createUndisturbed(bases);
    const faults = target.name === "sqld" ? serverFaults : [];
    for (const fault of faults) {
        const command = chooseCommand(fault);
        test(`of a server is told as recorded: ${titleOf(fault)}, ${command.name}`, async () => {
            const finding = await tryOnServer(bases, undisturbed, fault, command);
            expect(finding).toEqual(findRecorded(record, titleOf(fault), command.name));
        });
    }
    for (const fault of target.name === "file:" ? fileFaults : []) {
        const command = chooseCommand(fault);
        const title = `of a file is told as recorded: ${titleOf(fault)}, ${command.name}`;
        test.skipIf(fault.obstacle !== undefined)(
            `${title}${fault.obstacle ? ` (${fault.obstacle})` : ""}`,
            async () => {
                const database = await bases.borrow(fault.base ?? command.base);
                const finding = await tryOnFile(fileURLToPath(database.url), fault, command);
                expect(finding).toEqual(findRecorded(record, titleOf(fault), command.name));
            },
        );
    }
});

describe("the committed sentences", () => {
    // `npx vitest run tests/database/faults/table.test.ts -u` writes the document anew.
    test("docs/reference/faults.md has the committed sentences", async () => {
        const document = fileURLToPath(new URL("../../../docs/reference/faults.md", import.meta.url));
        await expect(renderDocument(record)).toMatchFileSnapshot(document);
    });

    test.skipIf(findSqld() === undefined)("every command meets a fault here", () => {
        expect([...tried.keys()].sort()).toEqual(commands.map(({ name }) => name).sort());
    });

    test("every fault is committed with every command that meets it", () => {
        for (const fault of [...fileFaults, ...serverFaults]) {
            const told = record[titleOf(fault)]?.flatMap((item) => item.commands) ?? [];
            const met = commands.filter((command) => meets(command, fault)).map(({ name }) => name);
            expect([titleOf(fault), told.sort()]).toEqual([titleOf(fault), met.sort()]);
        }
    });

    test("the committed sentences say what failed, what to do, and what the database is now", () => {
        for (const [fault, findings] of Object.entries(record)) {
            for (const { exit, says } of findings.filter((finding) => finding.exit === 1)) {
                const text = says.join("\n");
                expect([fault, exit, text]).toEqual([
                    fault,
                    1,
                    expect.stringMatching(/^error: .*\(.+\)$|^error: .*:/m),
                ]);
                expect([fault, text]).toEqual([fault, expect.stringMatching(/^hint: \S/m)]);
            }
        }
    });
});
