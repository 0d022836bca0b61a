import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/deployed.ts";

const read = (name: string): string => readFileSync(path.join(root, ".github/workflows", name), "utf8");
const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: object };

test.each(["backup.yml", "deploy.yml"])("%s runs commands that exist, and has the four secrets", (name) => {
    const text = read(name);
    const commands = [...text.matchAll(/pnpm (db:[\w:]+)/g)].map(([, command]) => command ?? "");
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(Object.keys(scripts)).toContain(command);
    for (const secret of ["TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN"]) {
        for (const end of ["", "_RO"]) expect(text).toContain(`${secret}${end}: \${{ secrets.${secret}${end} }}`);
    }
});
