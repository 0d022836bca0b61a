import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { readSmallFile } from "../text/bounded.ts";
import { noSuchFile } from "../text/obstacle.ts";

export interface ServerTokens {
    readonly publicKeyFile: string;
    /** The file with the lines for .env; only its owner may read it. */
    readonly tokensFile: string;
}

const privateName = "jwt-private.pem";

/**
 * Writes a read-write and a read-only token for the server at `url` into `directory`/tokens.env. The Ed25519 key is
 * created once and kept there, so that the tokens stay the same. They never expire: they are valid only for this folder
 * on this machine.
 *
 * @throws AppError `invalid-input` when the key file in the directory is not an Ed25519 key
 */
export async function writeTokens(directory: string, url: string): Promise<ServerTokens> {
    const key = await readPrivateKey(join(directory, privateName));
    const publicKeyFile = join(directory, "jwt-public.pem");
    await writeFile(publicKeyFile, createPublicKey(key).export({ type: "spki", format: "pem" }));
    const tokensFile = join(directory, "tokens.env");
    await writePrivate(
        tokensFile,
        [
            "# Tokens of the development server on this folder, as lines for .env.",
            `# They do not expire. For new ones, delete ${privateName} and start the server again.`,
            `TURSO_DATABASE_URL=${url}`,
            `TURSO_AUTH_TOKEN=${mintToken(key, "rw")}`,
            `TURSO_DATABASE_URL_RO=${url}`,
            `TURSO_AUTH_TOKEN_RO=${mintToken(key, "ro")}`,
            "",
        ].join("\n"),
    );
    return { publicKeyFile, tokensFile };
}

async function readPrivateKey(path: string): Promise<KeyObject> {
    const pem = await readSmallFile(path);
    if (pem === noSuchFile) {
        const { privateKey } = generateKeyPairSync("ed25519");
        await writePrivate(path, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
        return privateKey;
    }
    const key = typeof pem === "string" ? undefined : parseKey(pem);
    if (key?.asymmetricKeyType === "ed25519") return key;
    const why = typeof pem === "string" ? ` (${pem})` : "";
    throw new AppError("invalid-input", `${path} is not an Ed25519 private key${why}`, {
        hint: "delete it; the next start creates a new key and new tokens",
    });
}

function parseKey(pem: Buffer): KeyObject | undefined {
    try {
        return createPrivateKey(pem);
    } catch {
        return undefined;
    }
}

/** A JWT as sqld reads it; the claim `a` is the access. */
function mintToken(key: KeyObject, access: "rw" | "ro"): string {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
    const content = `${encode({ alg: "EdDSA", typ: "JWT" })}.${encode({ a: access })}`;
    return `${content}.${sign(null, Buffer.from(content), key).toString("base64url")}`;
}

// The mode of writeFile() applies only to a new file.
async function writePrivate(path: string, text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 });
    await chmod(path, 0o600);
}
