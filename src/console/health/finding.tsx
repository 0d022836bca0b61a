import type { Child } from "hono/jsx";
import { countOf } from "../../cli/report.ts";
import type { Check, CheckLevel } from "../../doctor/checks.ts";
import { renderExample } from "../../doctor/describe.ts";
import type { Examined } from "../../doctor/examine.ts";
import { Command, DataTable, type Mark, State, showNumber } from "../parts.tsx";
import { linkSql } from "../sql/example.ts";

/** A check that found rows. */
export type FoundRows = Extract<Examined, { readonly state: "found" }>;

const marks: Readonly<Record<CheckLevel, Mark>> = { error: "bad", warning: "warn", note: "off" };

/** A finding: its weight, what and how many, why it matters, the remedy, some of its rows, and the SQL that shows all. */
export function FindingBlock({ item, isSqlOn }: { readonly item: FoundRows; readonly isSqlOn: boolean }): Child {
    const { check, count } = item;
    return (
        <article class="finding" id={check.name}>
            <div class="hd2">
                <h3>
                    <State mark={marks[check.level]}>{check.level}</State>
                    {check.title}
                </h3>
                <span class="mut sm">{countOf(count, "row")}</span>
            </div>
            <p class="lead">{check.why}</p>
            <Examples item={item} />
            <Remedy text={check.remedy} />
            <p class="mut sm mt">
                <span class="m">{check.path}</span> {isSqlOn && <SqlLink check={check} />}
            </p>
        </article>
    );
}

/** A link that fills the SQL box with the query of a check. */
export function SqlLink({ check }: { readonly check: Check }): Child {
    return (
        <a href={linkSql(`${check.sql};`)} aria-label={`Open in the SQL box: ${check.name}`}>
            Open in the SQL box
        </a>
    );
}

function Examples({ item: { check, count, examples } }: { readonly item: FoundRows }): Child {
    const columns = Object.keys(examples[0] ?? {});
    if (columns.length === 0) return null;
    const isNumber = (column: string): boolean => examples.every((row) => typeof row[column] === "number");
    return (
        <div class="mt">
            <DataTable
                caption={`Rows of ${check.name}`}
                columns={columns.map((title) => ({ title, isNumber: isNumber(title) }))}
            >
                {examples.map((row) => (
                    <tr>
                        {columns.map((column) => (
                            <td class={row[column] === null ? "null" : isNumber(column) ? "n" : "m"}>
                                {renderExample(row[column])}
                            </td>
                        ))}
                    </tr>
                ))}
            </DataTable>
            {count > examples.length && (
                <p class="mut sm mt">{`and ${showNumber(count - examples.length)} more, which its SQL shows`}</p>
            )}
        </div>
    );
}

// The commands of a remedy can be copied; what has a place to fill in, or is SQL, is part of its text.
function Remedy({ text }: { readonly text: string }): Child {
    const commands = [...text.matchAll(/`(pnpm [^`<]+)`/g)].map(([, command = ""]) => command);
    const parts = text.split("`");
    return (
        <div class="mt">
            <p class="prose">
                <strong>Remedy.</strong> {parts.map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part))}
            </p>
            {commands.map((command) => (
                <div class="mt">
                    <Command text={command} />
                </div>
            ))}
        </div>
    );
}
