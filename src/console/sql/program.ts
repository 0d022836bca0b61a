import type { Row } from "../../database/connection.ts";

/** One instruction of the program that SQLite makes of a statement (https://www.sqlite.org/opcode.html). */
export interface Instruction {
    readonly opcode: string;
    readonly p1: number;
    readonly p2: number;
    readonly p4: string;
    readonly p5: number;
}

/** Reads the rows of EXPLAIN. */
export function readProgram(rows: readonly Row[]): Instruction[] {
    return rows.map(({ opcode, p1, p2, p4, p5 }) => ({
        opcode: String(opcode),
        p1: Number(p1),
        p2: Number(p2),
        p4: p4 === null || p4 === undefined ? "" : String(p4),
        p5: Number(p5),
    }));
}

/** Whether two programs do the same. The addresses of virtual tables differ from connection to connection. */
export function isSameProgram(left: readonly Instruction[], right: readonly Instruction[]): boolean {
    const render = (program: readonly Instruction[]): string =>
        JSON.stringify(program.map((step) => ({ ...step, p4: step.p4.replace(/^vtab:.*/, "vtab") })));
    return render(left) === render(right);
}

/** Whether a program opens a virtual table or a table-valued function. */
export function opensVirtual(program: readonly Instruction[]): boolean {
    return program.some(({ opcode }) => opcode === "VOpen");
}

/** Whether a program may change a database. */
export function changesDatabase(program: readonly Instruction[]): boolean {
    return program.some(({ opcode, p2 }) => (opcode === "Transaction" ? p2 !== 0 : writers.has(opcode)));
}

const writers = new Set(
    ["OpenWrite", "CreateBtree", "ParseSchema", "Destroy", "Clear", "Vacuum", "IncrVacuum", "JournalMode"].concat(
        ["Checkpoint", "SetCookie", "VUpdate", "VCreate", "VDestroy", "VRename", "SqlExec", "LoadAnalysis"],
        ["DropTable", "DropIndex", "DropTrigger", "Savepoint", "AutoCommit"],
    ),
);

/** Lists the names of the functions that a program calls, each once, in lower case. */
export function listFunctions(program: readonly Instruction[]): string[] {
    const names = program.flatMap(({ opcode, p4 }) => {
        if (!/^(Function|PureFunc|Agg)/.test(opcode)) return [];
        return /^(.+)\(-?\d+\)$/.exec(p4)?.[1]?.toLowerCase() ?? (p4 === "" ? [] : [p4]);
    });
    return [...new Set(names)];
}

/** What a program may not read: a column of the table that has this root page, or anything of it. */
export interface Secret {
    /** The page of a table or index where it begins. */
    readonly root: number;
    /** Position of the column as stored; undefined for any column. */
    readonly position: number | undefined;
    /** `users.password`, for the message. */
    readonly label: string;
}

const openers = new Set(["OpenRead", "ReopenIdx", "OpenWrite"]);
/** Instructions that take values of a row without naming a column. */
const wholeRow = new Set(["RowData", "RowCell", "Offset"]);
const pageInRegister = 0x10;

/** Finds the first secret that a program reads: also through views, aliases and subqueries, which are no longer in it. */
export function findSecretRead(program: readonly Instruction[], secrets: readonly Secret[]): Secret | undefined {
    // A program may use a cursor for one table after another.
    const opened = new Map<number, Set<number>>();
    for (const { opcode, p1, p2, p5 } of program) {
        if (!openers.has(opcode)) continue;
        if (p5 & pageInRegister) return secrets[0];
        opened.set(p1, (opened.get(p1) ?? new Set()).add(p2));
    }
    return secrets.find(({ root, position }) =>
        program.some(({ opcode, p1, p2 }) => {
            if (position === undefined) return openers.has(opcode) && p2 === root;
            if (!opened.get(p1)?.has(root)) return false;
            return wholeRow.has(opcode) || (opcode === "Column" && p2 === position);
        }),
    );
}
