import type { Modelled } from "./history.ts";

/** The files of a folder by path, as one tool writes them, and what of them that tool runs forward, in order. */
export interface Rendered {
    readonly files: Readonly<Record<string, string>>;
    readonly ups: readonly string[];
    /** Whether it also goes back. */
    readonly hasDowns: boolean;
}

const join = (statements: readonly string[]): string => `${statements.join("\n\n")}\n`;
const stamp = (at: number): string => `202401010000${String(at + 1).padStart(2, "0")}`;
const pad = (at: number, digits: number): string => String(at).padStart(digits, "0");

type Render = (migration: Modelled, at: number) => Readonly<Record<string, string>>;

// A trigger has semicolons inside, which these tools would split at.
const fence = (sign: string) => (statement: string) =>
    statement.includes("TRIGGER") ? `-- +${sign} StatementBegin\n${statement}\n-- +${sign} StatementEnd` : statement;
const marked =
    (name: (at: number) => string, up: string, down: string, wrap = (statement: string) => statement): Render =>
    (migration, at) => ({
        [`${name(at)}_${migration.name}.sql`]: `${up}\n${join(migration.up.map(wrap))}\n${down}\n${join(migration.down.map(wrap))}`,
    });
const pair =
    (up: (at: number, name: string) => string, down: (at: number, name: string) => string): Render =>
    ({ name, ...sql }, at) => ({ [up(at, name)]: join(sql.up), [down(at, name)]: join(sql.down) });

const renders: Readonly<Record<string, Render>> = {
    postgrator: pair(
        (at, name) => `${pad(at + 1, 2)}.do.${name}.sql`,
        (at, name) => `${pad(at + 1, 2)}.undo.${name}.sql`,
    ),
    dbmate: marked(stamp, "-- migrate:up", "-- migrate:down"),
    goose: marked((at) => pad(at + 1, 5), "-- +goose Up", "-- +goose Down", fence("goose")),
    // Without leading zeros, so that 10 comes after 9 by number only.
    "golang-migrate": pair(
        (at, name) => `${at + 1}_${name}.up.sql`,
        (at, name) => `${at + 1}_${name}.down.sql`,
    ),
    drizzle: ({ name, up }, at) => ({
        [`${pad(at, 4)}_${name}.sql`]: up
            .map((sql, place) => (place % 2 ? `${sql}\n` : sql))
            .join("--> statement-breakpoint\n"),
    }),
    prisma: ({ name, up }, at) => ({ [`${stamp(at)}_${name}/migration.sql`]: join(up) }),
    diesel: pair(
        (at, name) => `2024-01-01-${pad(at + 1, 6)}_${name}/up.sql`,
        (at, name) => `2024-01-01-${pad(at + 1, 6)}_${name}/down.sql`,
    ),
    d1: ({ name, up }, at) => ({ [`${pad(at + 1, 4)}_${name}.sql`]: join(up) }),
    "sql-migrate": marked((at) => String(at + 1), "-- +migrate Up", "-- +migrate Down", fence("migrate")),
};

export const renderedFormats: readonly string[] = Object.keys(renders);

/** Renders a history as a tool's folder. */
export function renderHistory(format: string, history: readonly Modelled[]): Rendered {
    const render = renders[format] as Render;
    const files = Object.assign({}, ...history.map(render)) as Record<string, string>;
    if (format === "drizzle") {
        const entries = history.map(({ name }, idx) => ({
            idx,
            when: idx,
            tag: `${pad(idx, 4)}_${name}`,
            breakpoints: true,
        }));
        files["meta/_journal.json"] = JSON.stringify({ version: "7", dialect: "sqlite", entries });
        files["meta/0000_snapshot.json"] = "{}";
    }
    if (format === "prisma") files["migration_lock.toml"] = 'provider = "sqlite"\n';
    return { files, ups: history.map(({ up }) => join(up)), hasDowns: !["drizzle", "prisma", "d1"].includes(format) };
}
