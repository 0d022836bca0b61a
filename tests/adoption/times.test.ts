import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { convertTime } from "../../src/adoption/conversions.ts";
import { normalizeTime } from "../../src/loading/time.ts";

const days = ["2025-01-02", "2024-02-29", "2023-02-29", "2025-13-01", "2025-04-31", "1999-12-31", "25-1-2", ""];
const between = ["T", " ", "  ", "_"];
const clocks = ["03:04:05", "23:59:59", "00:00:00", "3:04", "12:60:00"];
const fractions = ["", ".6", ".60", ".678", ".6789999", ".99999", ".", ".x"];
const zones = ["", "Z", "+02:00", "-0530", "+02", "+2", "z", " UTC", "+02:0000"];

test("brings times into the one form by the same rules as an import", async () => {
    const texts = days.flatMap((day) =>
        between.flatMap((sign) =>
            clocks.flatMap((clock) =>
                fractions.flatMap((part) => zones.map((zone) => `${day}${sign}${clock}${part}${zone}`)),
            ),
        ),
    );
    texts.push(
        " 2025-01-02 03:04:05 ",
        "yesterday",
        "now",
        "1700000000000",
        "2025-01-02",
        "2023-02-29",
        " 2024-02-29\n",
        "2025-01-02T",
        "2460310.5",
    );
    const client = createClient({ url: ":memory:" });
    const { rows } = await client.execute({
        sql: `SELECT given.value AS text, ${convertTime("given.value")} AS time FROM json_each(?) AS given`,
        args: [JSON.stringify(texts)],
    });
    const different = rows.filter(({ text, time }) => time !== (normalizeTime(String(text)) ?? text));
    expect(different.map(({ text, time }) => `${text} became ${time}`)).toEqual([]);
    expect(rows).toHaveLength(texts.length);
    client.close();
});
