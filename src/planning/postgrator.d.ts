// The package types its main module alone.
declare module "postgrator/lib/utils.js" {
    /** MD5, in hex, over a text whose line endings are brought to one form first. */
    export function checksum(content: string, lineEnding: "LF"): string;
}
