/** A migration of the modelled history; statements end with a semicolon each. */
export interface Modelled {
    readonly name: string;
    readonly up: readonly string[];
    readonly down: readonly string[];
}

const rebuild = (table: string, columns: string, copied: string, ...rest: string[]): string[] => [
    "PRAGMA foreign_keys=OFF;",
    `CREATE TABLE "new_${table}" (\n${columns}\n);`,
    `INSERT INTO "new_${table}" (${copied}) SELECT ${copied} FROM "${table}";`,
    `DROP TABLE "${table}";`,
    `ALTER TABLE "new_${table}" RENAME TO "${table}";`,
    ...rest,
    "PRAGMA foreign_keys=ON;",
];

const looseItems =
    "    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    shop_id INTEGER NOT NULL REFERENCES shops (id),\n    title TEXT";
const strictItems = looseItems.replace("title TEXT", "title TEXT NOT NULL CHECK (title <> '-- migrate:down')");
const itemsIndex = "CREATE INDEX idx_items_shop ON items (shop_id);";
const countItems =
    "-- Keeps the number of items.\nCREATE TRIGGER trg_items_count AFTER INSERT ON items\nBEGIN\n    UPDATE shops SET size = CASE WHEN size IS NULL THEN 1 ELSE size + 1 END WHERE id = NEW.shop_id;\n    SELECT 'END;';\nEND;";
const itemsView =
    "CREATE VIEW v_items AS SELECT i.id AS id, s.name AS shop FROM items i JOIN shops s ON s.id = i.shop_id;";

/** Twenty steps: tables, indexes, rows, two rebuilds, renames, views and triggers that are replaced, dropped and kept. */
export const history: readonly Modelled[] = [
    {
        name: "create_shops",
        up: [
            "-- Where things are sold.\nCREATE TABLE shops (\n    id INTEGER PRIMARY KEY,\n    /* As on the sign; not unique. */\n    label TEXT NOT NULL,\n    size INTEGER\n);",
        ],
        down: ["DROP TABLE shops;"],
    },
    {
        name: "create_items",
        up: [`CREATE TABLE items (\n${looseItems}\n);`, itemsIndex],
        down: ["DROP INDEX idx_items_shop;", "DROP TABLE items;"],
    },
    { name: "count_items", up: [countItems], down: ["DROP TRIGGER trg_items_count;"] },
    {
        name: "first_rows",
        up: [
            "INSERT INTO shops (id, label) VALUES (1, 'it''s; one'), (2, '-- +goose Down');",
            "INSERT INTO items (shop_id, title) VALUES (1, 'a'), (1, 'b');",
        ],
        down: ["DELETE FROM items;", "DELETE FROM shops;"],
    },
    {
        name: "name_shops",
        up: ["ALTER TABLE shops RENAME COLUMN label TO name;"],
        down: ["ALTER TABLE shops RENAME COLUMN name TO label;"],
    },
    { name: "view_items", up: [itemsView], down: ["DROP VIEW v_items;"] },
    {
        name: "create_orders",
        up: [
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES items (id), at TEXT);",
            "CREATE TRIGGER trg_orders_at AFTER INSERT ON orders BEGIN UPDATE orders SET at = 'now' WHERE id = NEW.id; END;",
        ],
        down: ["DROP TRIGGER trg_orders_at;", "DROP TABLE orders;"],
    },
    {
        name: "require_titles",
        up: [
            "DROP VIEW v_items;",
            ...rebuild("items", strictItems, "id, shop_id, title", itemsIndex, countItems),
            itemsView,
        ],
        down: [
            "DROP VIEW v_items;",
            ...rebuild("items", looseItems, "id, shop_id, title", itemsIndex, countItems),
            itemsView,
        ],
    },
    {
        name: "change_the_clock",
        up: [
            "DROP TRIGGER IF EXISTS trg_orders_at;",
            "CREATE TRIGGER trg_orders_at AFTER INSERT ON orders WHEN NEW.at IS NULL BEGIN UPDATE orders SET at = 'later' WHERE id = NEW.id; END;",
        ],
        down: [
            "DROP TRIGGER trg_orders_at;",
            "CREATE TRIGGER trg_orders_at AFTER INSERT ON orders BEGIN UPDATE orders SET at = 'now' WHERE id = NEW.id; END;",
        ],
    },
    {
        name: "add_prices",
        up: ["ALTER TABLE items ADD COLUMN price REAL DEFAULT 0.5;"],
        down: ["ALTER TABLE items DROP COLUMN price;"],
    },
    {
        name: "create_tags",
        up: [
            "BEGIN;",
            'CREATE TABLE "tags" (`id` integer PRIMARY KEY, [name] text);',
            "CREATE UNIQUE INDEX tags_name ON tags (name) WHERE name <> '';",
            "COMMIT;",
        ],
        down: ["BEGIN TRANSACTION;", "DROP TABLE tags;", "END;"],
    },
    { name: "view_tags", up: ["CREATE VIEW v_tags AS SELECT name AS name FROM tags;"], down: ["DROP VIEW v_tags;"] },
    {
        name: "drop_the_view",
        up: ["DROP VIEW v_tags;"],
        down: ["CREATE VIEW v_tags AS SELECT name AS name FROM tags;"],
    },
    { name: "label_tags", up: ["ALTER TABLE tags RENAME TO labels;"], down: ["ALTER TABLE labels RENAME TO tags;"] },
    {
        name: "create_parts",
        up: [
            "CREATE TABLE parts (id TEXT PRIMARY KEY, part_of TEXT REFERENCES parts (id), label_id INTEGER REFERENCES labels (id)) WITHOUT ROWID;",
        ],
        down: ["DROP TABLE parts;"],
    },
    {
        name: "log_labels",
        up: [
            "CREATE TABLE log (what TEXT);",
            "CREATE TRIGGER trg_labels_log AFTER DELETE ON labels BEGIN INSERT INTO log VALUES (OLD.name); END;",
        ],
        down: ["DROP TRIGGER trg_labels_log;", "DROP TABLE log;"],
    },
    {
        name: "rename_the_log",
        up: ["ALTER TABLE log RENAME TO journal;"],
        down: ["ALTER TABLE journal RENAME TO log;"],
    },
    {
        name: "rebuild_labels",
        up: rebuild(
            "labels",
            "    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL DEFAULT ''",
            "id, name",
            "CREATE UNIQUE INDEX tags_name ON labels (name) WHERE name <> '';",
            "CREATE TRIGGER trg_labels_log AFTER DELETE ON labels BEGIN INSERT INTO journal VALUES (OLD.name); END;",
        ),
        down: rebuild(
            "labels",
            "    id INTEGER PRIMARY KEY,\n    name TEXT",
            "id, name",
            "CREATE UNIQUE INDEX tags_name ON labels (name) WHERE name <> '';",
            "CREATE TRIGGER trg_labels_log AFTER DELETE ON labels BEGIN INSERT INTO journal VALUES (OLD.name); END;",
        ),
    },
    {
        name: "Index orders",
        up: ["CREATE INDEX idx_orders_item ON orders (item_id);\n/* It serves\n   the orders of an item. */"],
        down: ["DROP INDEX idx_orders_item;"],
    },
    {
        name: "more_rows",
        up: ["INSERT INTO labels (name) VALUES ('new');", "INSERT INTO orders (item_id) SELECT id FROM items;"],
        down: ["DELETE FROM orders;", "DELETE FROM labels;"],
    },
];
