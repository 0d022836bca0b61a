const LOOPBACK = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/;

/** Throws unless the address is a file or on this machine: tests and measurements never reach a real database. */
export function assertLocal(address: string): void {
    if (address.startsWith("file:") || address === ":memory:") return;
    const host = URL.canParse(address) ? new URL(address).hostname : "an address that is no URL";
    if (LOOPBACK.test(host)) return;
    throw new Error(`'${host}' is refused: only loopback and file: addresses are used here.`);
}
