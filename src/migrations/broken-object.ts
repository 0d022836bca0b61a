import type { Connection, Script, ScriptOptions } from "../database/connection.ts";
import type { ScriptPart } from "../planning/script.ts";
import { readName } from "../sql/lexer.ts";
import { quoteName } from "../sql/quoting.ts";

interface FailedProof {
    readonly connection: Connection;
    readonly parts: readonly ScriptPart[];
    readonly failed: ScriptPart;
    readonly message: string;
    readonly options: ScriptOptions;
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

async function findBrokenTrigger(
    proof: FailedProof,
    proofs: readonly ScriptPart[],
): Promise<{ part: ScriptPart; message: string } | undefined> {
    const triggers = proofs.filter((part) => part.proves?.type === "trigger");
    for (const part of triggers) {
        const others = triggers.filter((other) => other !== part);
        const drops = others.map((other) => ({ sql: `DROP TRIGGER ${quoteName(other.proves?.name ?? "")}` }));
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
