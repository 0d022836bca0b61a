import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const facts = fileURLToPath(new URL("../../../shared/data/original-schema.json", import.meta.url));
/** Whether the facts of the existing databases of another origin are here. */
export const hasFacts = existsSync(facts);

/** The ways in which the databases came about. */
export const originNames = ["original", "drizzle", "bots", "older bot", "hybrid"] as const;
export type OriginName = (typeof originNames)[number];

interface ColumnFact {
    readonly name: string;
    readonly type: string;
    readonly primaryKey?: boolean;
    readonly notNull?: boolean;
    readonly default?: string;
    readonly references?: string;
}

interface SchemaFacts {
    readonly tables: Readonly<Record<string, readonly ColumnFact[]>>;
    readonly indexes: Readonly<Record<string, { readonly table: string; readonly columns: readonly string[] }>>;
}

const botTables = ["work_queue", "bot_ledger", "bot_runs", "question_relationships", "voice_sessions"];

const originalObjects = `
CREATE VIEW v_active_questions AS SELECT * FROM questions WHERE status = 'active';
CREATE VIEW v_bot_activity AS SELECT bot_name, count(*) AS actions FROM bot_ledger GROUP BY bot_name;
CREATE VIEW v_active_sessions AS SELECT session_type, count(*) AS sessions FROM user_sessions GROUP BY session_type;
CREATE TRIGGER trg_questions_update AFTER UPDATE ON questions BEGIN
    UPDATE questions SET last_updated = datetime('now') WHERE id = NEW.id;
END;
CREATE TRIGGER trg_user_sessions_access AFTER UPDATE ON user_sessions BEGIN
    UPDATE user_sessions SET last_accessed_at = datetime('now') WHERE id = NEW.id;
END;
`;

const olderQueue = `CREATE TABLE work_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, question_id TEXT NOT NULL, bot_type TEXT NOT NULL, priority INTEGER DEFAULT 5,
    status TEXT DEFAULT 'pending', reason TEXT, created_by TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP,
    started_at TEXT, completed_at TEXT, result TEXT);`;

const hybridQueue = `CREATE TABLE work_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, question_id TEXT, bot_type TEXT, item_type TEXT, item_id TEXT, action TEXT,
    priority INTEGER DEFAULT 5, status TEXT DEFAULT 'pending', reason TEXT, created_by TEXT, assigned_to TEXT,
    created_at TEXT DEFAULT CURRENT_TIMESTAMP, started_at TEXT, completed_at TEXT, processed_at TEXT, result TEXT);`;

/** The statements that make a database as one of the origins has it. */
export function renderOriginal(origin: OriginName): string {
    const { tables, indexes } = JSON.parse(readFileSync(facts, "utf8")) as SchemaFacts;
    const isDrizzle = origin === "drizzle";
    const made = Object.entries(tables).map(([table, columns]) => {
        if (table === "work_queue" && origin === "older bot") return olderQueue;
        if (table === "work_queue" && origin === "hybrid") return hybridQueue;
        const isBots = origin === "bots" && botTables.includes(table);
        const lines = columns.map((column) => `  ${renderColumn(column, isDrizzle, isBots)}`);
        return `CREATE TABLE ${isDrizzle ? `\`${table}\`` : table} (\n${lines.join(",\n")}\n);`;
    });
    if (isDrizzle) return [...made, "CREATE UNIQUE INDEX `users_username_unique` ON `users` (`username`);"].join("\n");
    const hasColumn = (table: string, column: string): boolean =>
        !(table === "work_queue" && origin === "older bot" && column === "item_id");
    const indexed = Object.entries(indexes)
        .filter(([, { table, columns }]) => columns.every((column) => hasColumn(table, column)))
        .map(([name, { table, columns }]) => `CREATE INDEX ${name} ON ${table} (${columns.join(", ")});`);
    return [...made, ...indexed, originalObjects].join("\n");
}

function renderColumn(column: ColumnFact, isDrizzle: boolean, isBots: boolean): string {
    const isTime = column.name === "created_at";
    return [
        isDrizzle ? `\`${column.name}\`` : column.name,
        column.type,
        column.primaryKey ? "PRIMARY KEY" : "",
        column.primaryKey && isBots && column.type === "INTEGER" ? "AUTOINCREMENT" : "",
        column.notNull || (column.primaryKey && isDrizzle) ? "NOT NULL" : "",
        column.default === undefined ? "" : `DEFAULT ${column.default}`,
        isBots && isTime ? "DEFAULT CURRENT_TIMESTAMP" : "",
        column.references === undefined ? "" : `REFERENCES ${column.references}`,
    ]
        .filter((word) => word !== "")
        .join(" ");
}
