import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface KeyPair {
    privateKey: KeyObject;
    /** The form that sqld's `--auth-jwt-key-file` reads. */
    publicPem: string;
}

export interface TokenClaims {
    access: "rw" | "ro";
    expiresAt?: Date | undefined;
    issuedAt?: Date | undefined;
}

/** Makes a new Ed25519 key pair. */
export function createKeyPair(): KeyPair {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    return { privateKey, publicPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

/** Gives a signed JWT with the claims that sqld and Turso read: `a` (access), and `exp` and `iat` in whole seconds. */
export function mintToken(key: KeyPair, claims: TokenClaims): string {
    const payload = { a: claims.access, exp: toSeconds(claims.expiresAt), iat: toSeconds(claims.issuedAt) };
    const content = `${encode({ alg: "EdDSA", typ: "JWT" })}.${encode(payload)}`;
    return `${content}.${sign(null, Buffer.from(content), key.privateKey).toString("base64url")}`;
}

function encode(part: object): string {
    return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function toSeconds(date: Date | undefined): number | undefined {
    return date === undefined ? undefined : Math.floor(date.getTime() / 1000);
}
