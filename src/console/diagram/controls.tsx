import type { Child } from "hono/jsx";
import { countOf } from "../../cli/report.ts";
import { otherCategory, type PictureTable } from "../../documents/picture/boxes.ts";
import { tintClass } from "../../documents/picture/palette.ts";
import type { Relation } from "../../documents/relations.ts";
import type { TableCategory } from "../../documents/site.ts";
import { findCategory, type Wish } from "./select.ts";

/** What the address asks for. */
export interface View extends Wish {
    readonly isKeysOnly: boolean;
}

/** Writes the address of a view. Pure. */
export function writeAddress({ isKeysOnly, category, table }: View, path = "/diagram"): string {
    const query = new URLSearchParams({
        ...(isKeysOnly ? { show: "keys" } : {}),
        ...(table !== "" ? { table } : category === "" ? {} : { category }),
    });
    return query.size === 0 ? path : `${path}?${query}`;
}

/** The choices: all columns or keys, a category, a table with its neighbours. */
export function Controls(props: {
    readonly view: View;
    readonly tables: readonly PictureTable[];
    readonly categories: readonly TableCategory[];
}): Child {
    const { view, tables, categories } = props;
    const names = [...new Set([...categories.map(({ name }) => name), otherCategory])].filter((category) =>
        tables.some(({ name }) => findCategory(name, categories) === category),
    );
    const isAll = view.category === "" && view.table === "";
    return (
        <div class="filters erdpick">
            <ul aria-label="Columns">
                {[false, true].map((isKeysOnly) => (
                    <Choice to={writeAddress({ ...view, isKeysOnly })} isCurrent={view.isKeysOnly === isKeysOnly}>
                        {isKeysOnly ? "Keys only" : "All columns"}
                    </Choice>
                ))}
            </ul>
            <ul aria-label="Tables">
                <Choice to={writeAddress({ ...view, category: "", table: "" })} isCurrent={isAll}>
                    All tables
                </Choice>
                {categories.length > 0 &&
                    names.map((category) => (
                        <Choice
                            to={writeAddress({ ...view, category, table: "" })}
                            isCurrent={view.table === "" && view.category === category}
                        >
                            <Swatch at={categories.findIndex(({ name }) => name === category)} />
                            {category}
                        </Choice>
                    ))}
            </ul>
            <TableForm view={view} tables={tables} />
        </div>
    );
}

/** What lines, dots and letters mean, and how many lines there are. */
export function Legend({ relations }: { readonly relations: readonly Relation[] }): Child {
    const keys = relations.filter(({ why }) => why === undefined).length;
    return (
        <p class="erdlegend">
            <span>
                <Sample kind="ln" /> {countOf(keys, "foreign key")}
            </span>
            <span>
                <Sample kind="ln ref" /> {`${countOf(relations.length - keys, "reference")} without one`}
            </span>
            <span>dot: the column that refers</span>
            <span>
                <b class="m">id</b> primary key
            </span>
            <span class="m mut">may be NULL</span>
        </p>
    );
}

function Choice(props: { readonly to: string; readonly isCurrent: boolean; readonly children: Child }): Child {
    return (
        <li>
            <a href={props.to} aria-current={props.isCurrent ? "true" : undefined}>
                {props.children}
            </a>
        </li>
    );
}

function TableForm({ view, tables }: { readonly view: View; readonly tables: readonly PictureTable[] }): Child {
    return (
        <form action="/diagram" class="filters">
            {view.isKeysOnly && <input type="hidden" name="show" value="keys" />}
            <label class="vh" for="erd-table">
                One table and its neighbours
            </label>
            <select id="erd-table" name="table">
                <option value="">One table and its neighbours</option>
                {tables.map(({ name }) => (
                    <option value={name} selected={name === view.table}>
                        {name}
                    </option>
                ))}
            </select>
            <button type="submit">Show</button>
        </form>
    );
}

function Swatch({ at }: { readonly at: number }): Child {
    return (
        <svg class="erd swatch" width={12} height={12} aria-hidden="true">
            <rect class={tintClass(at === -1 ? undefined : at)} x={0.5} y={0.5} width={11} height={11} rx={2} />
        </svg>
    );
}

function Sample({ kind }: { readonly kind: string }): Child {
    return (
        <svg class="erd sample" width={32} height={8} aria-hidden="true">
            <path class={kind} d="M3 4H32" />
            <circle class="end" cx={3} cy={4} r={2.5} />
        </svg>
    );
}
