import { isSameName } from "../sql/names.ts";

/** A column that is never read. */
export interface MaskedColumn {
    readonly table: string;
    readonly column: string;
}

/** Whether a column is never read. */
export function isMasked(masked: readonly MaskedColumn[], table: string, column: string): boolean {
    return masked.some((other) => isSameName(other.table, table) && isSameName(other.column, column));
}
