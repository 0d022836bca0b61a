import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { backupHere, restoreHere } from "../backup/running.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { adoptHere, verifyHere } from "./adopting.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const binary = findSqld();

describe.skipIf(binary === undefined)(binary === undefined ? "sqld (no binary here)" : "a read-only token", () => {
    testOriginal(
        `is enough for --check and for the backup that a copy is made of, and not for adoption${note}`,
        async () => {
            const folder = mkdtempSync(path.join(tmpdir(), "token-test-"));
            const key = createKeyPair();
            const jwtPublicKeyFile = path.join(folder, "key.pem");
            writeFileSync(jwtPublicKeyFile, key.publicPem);
            const server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
            const client = createClient({ url: server.url, authToken: mintToken(key, { access: "rw" }) });
            const readOnly = mintToken(key, { access: "ro" });
            try {
                await buildOriginal(client, "bots", 5);
                await client.execute("UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3'");
                const pair = { env: { TURSO_DATABASE_URL_RO: server.url, TURSO_AUTH_TOKEN_RO: readOnly } };
                const check = await adoptHere(server.url, { check: true }, pair);
                expect([check.code, check.error]).toEqual([5, undefined]);
                expect(check.stdout).toContain(" (reading with the read-only token)\n");
                expect(check.stdout).toContain(
                    '\nRefuse:   questions: 1 by check:questions_difficulty_is_known (difficulty: "beginner", "intermediate", "advanced")\n',
                );
                expect(check.stdout).toContain("\nRefuse:   channel_mappings: 1 by key:question_id\n");

                const refused = await adoptHere(server.url, {}, { env: { TURSO_AUTH_TOKEN: readOnly } });
                expect([refused.code, refused.error?.code]).toEqual([2, "token-read-only"]);
                const tables = await client.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'schema%'");
                expect(tables.rows).toEqual([]);

                const copy = `file:${path.join(folder, "copy.db")}`;
                const backedUp = await backupHere({
                    url: server.url,
                    args: [path.join(folder, "old.sql.gz")],
                    ...pair,
                });
                expect([backedUp.code, backedUp.error]).toEqual([0, undefined]);
                expect(backedUp.stdout).toContain(" (reading with the read-only token)\n");
                const restored = await restoreHere({ url: copy, args: [path.join(folder, "old.sql.gz")] });
                expect([restored.code, restored.error]).toEqual([0, undefined]);
                const copied = await adoptHere(copy, { rejects: path.join(folder, "left.ndjson") });
                expect([copied.code, copied.error]).toEqual([5, undefined]);
                expect(await verifyHere(copy)).toBe(0);
                for (const { stdout, stderr } of [check, refused, backedUp, copied]) {
                    expect(stdout + stderr).not.toContain(readOnly);
                }
            } finally {
                client.close();
                await server.stop();
                rmSync(folder, { recursive: true, force: true });
            }
        },
    );
});
