import type { Page } from "../markdown.ts";
import type { DocumentCheck, DocumentFinding } from "./finding.ts";
import { listAddresses } from "./links.ts";

/** How long a site may take to answer, in milliseconds. */
const limit = 15_000;

/** Asks every address of other sites for its page. Needs the network. */
export async function checkOnline(pages: readonly Page[], signal: AbortSignal): Promise<DocumentCheck> {
    const addresses = [...listAddresses(pages)].filter(([target]) => /^https?:/.test(target));
    const findings = await Promise.all(
        addresses.map(async ([target, place]): Promise<DocumentFinding[]> => {
            const ends = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
            const answer = await fetch(target, { method: "HEAD", signal: ends }).catch((error: Error) => error);
            if (answer instanceof Error)
                return [{ ...place, message: `'${target}' cannot be reached: ${answer.message}` }];
            return answer.status === 404 || answer.status === 410
                ? [{ ...place, message: `'${target}' is gone: HTTP ${answer.status}` }]
                : [];
        }),
    );
    return { name: "addresses", looked: `${addresses.length} addresses`, findings: findings.flat() };
}
