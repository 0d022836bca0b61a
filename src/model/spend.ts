import type { TokenUsage } from "./reply.ts";
import type { ModelSettings } from "./settings.ts";

/** What the calls to a model cost. */
export interface ModelSpend {
    /** Requests, whatever came of them. */
    readonly calls: number;
    /** Those of them that repeated one without a reply. */
    readonly retries: number;
    /** Of the calls whose usage is known. */
    readonly promptTokens: number;
    readonly completionTokens: number;
    /** Calls that may have been charged, whose tokens are unknown. */
    readonly callsWithoutUsage: number;
    /** In US dollars; null without prices, or where the usage of a call is unknown. */
    readonly costUsd: number | null;
}

export interface SpendCounter {
    add(more: Partial<Pick<ModelSpend, "calls" | "retries" | "callsWithoutUsage">> | TokenUsage): void;
    read(): ModelSpend;
}

/** Counts what is spent. */
export function createSpendCounter(price: ModelSettings["price"]): SpendCounter {
    const sums = { calls: 0, retries: 0, promptTokens: 0, completionTokens: 0, callsWithoutUsage: 0 };
    return {
        add: (more) => {
            for (const [name, value] of Object.entries(more)) sums[name as keyof typeof sums] += value;
        },
        read: () => ({ ...sums, costUsd: price && sums.callsWithoutUsage === 0 ? computeCost(price, sums) : null }),
    };
}

function computeCost(
    price: NonNullable<ModelSettings["price"]>,
    { promptTokens, completionTokens }: TokenUsage,
): number {
    // A millionth of a dollar has no meaning; the digits behind it are those of the arithmetic.
    return Number(((promptTokens * price.input + completionTokens * price.output) / 1_000_000).toFixed(6));
}
