import type { Connection, Script, ScriptOptions } from "../database/connection.ts";
import { proofOf, type ScriptPart } from "../planning/script.ts";
import { findTablesAfter } from "../schema/known-schema.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { splitStatements } from "../sql/statements.ts";

/** The set of an object that no file defines. */
export const noSet = "";

interface FailedProof {
    readonly connection: Connection;
    readonly parts: readonly ScriptPart[];
    readonly failed: ScriptPart;
    readonly message: string;
    readonly options: ScriptOptions;
    /** The schema before the step. */
    readonly schema: readonly SchemaRow[];
}

/**
 * Finds the broken view or trigger behind a failed proof: a view fails with any view that it reads, and the proof of a
 * trigger also compiles all others of its table, and those that they fire.
 */
export async function findBrokenObject(proof: FailedProof): Promise<{ part: ScriptPart; message: string }> {
    const proofs = proof.parts.filter((part) => part.proves);
    const find = proof.failed.proves?.type === "view" ? findBrokenView : findBrokenTrigger;
    return (await find(proof, proofs)) ?? { part: proof.failed, message: proof.message };
}

// Follows the failures from view to view, to the one that fails on its own.
async function findBrokenView(
    proof: FailedProof,
    proofs: readonly ScriptPart[],
): Promise<{ part: ScriptPart; message: string }> {
    const seen = new Set<ScriptPart>();
    let found = { part: proof.failed, message: proof.message };
    for (let next: typeof found | undefined = found; next; ) {
        found = next;
        next = undefined;
        seen.add(found.part);
        const mentioned = new Set(found.part.proves?.statement.tokens.map((token) => readName(token).toLowerCase()));
        for (const part of proofs) {
            if (part.proves?.type !== "view" || seen.has(part)) continue;
            if (!mentioned.has(part.proves.name.toLowerCase())) continue;
            const message = await tryAlone(proof, [], part);
            if (message !== undefined) next ??= { part, message };
        }
    }
    return found;
}

// A trigger that no file defines has no proof among the parts.
async function findBrokenTrigger(
    proof: FailedProof,
    proofs: readonly ScriptPart[],
): Promise<{ part: ScriptPart; message: string } | undefined> {
    const managed = proofs.filter((part) => part.proves?.type === "trigger");
    const isManaged = (name: string): boolean => managed.some(({ proves }) => isSameName(proves?.name ?? "", name));
    const findShape = findTablesAfter([], proof.schema);
    const others = proof.schema.flatMap(({ type, name, sql }): ScriptPart[] => {
        const [statement] = type === "trigger" && !isManaged(name) ? splitStatements(sql ?? "") : [];
        if (!statement) return [];
        const proves = {
            type: "trigger",
            name,
            set: noSet,
            statement,
            sql: "",
            checksum: "",
            path: undefined,
        } as const;
        return [{ sql: proofOf(proves, findShape), role: "work", proves }];
    });
    for (const part of [...managed, ...others]) {
        const drops = [...managed, ...others].flatMap((other) =>
            other === part ? [] : [{ sql: `DROP TRIGGER IF EXISTS ${quoteName(other.proves?.name ?? "")}` }],
        );
        const message = await tryAlone(proof, drops, part);
        if (message !== undefined) return { part, message };
    }
    return undefined;
}

// Returns the message of a failed proof; undefined when it passes.
async function tryAlone(
    { connection, parts, options }: FailedProof,
    before: Script,
    part: ScriptPart,
): Promise<string | undefined> {
    const first = parts.findIndex((other) => other.proves);
    const script = [...parts.slice(0, first), ...before, part];
    const { failedIndex, message } = await connection.tryOut(script, [], options);
    return failedIndex === script.length - 1 ? message : undefined;
}
