import { type Cluster, type Node, stackHeight } from "./columns.ts";

/** A row of a table, by its distance from the table's upper edge. */
export interface RowPlace {
    readonly table: string;
    readonly offset: number;
}

/** Two rows that a line is to connect. */
export interface Tie {
    readonly from: RowPlace;
    readonly to: RowPlace;
}

/** Trying every order of more tables than this would take too long. */
const orderLimit = 7;
/** A column is stretched to the full height while no gap grows by more than this. */
const stretchLimit = 48;

/**
 * Finds how far down each table of a cluster stands. From the hub outwards, the tables of a column get the order in which the
 * lines to the column before it are shortest. Pure.
 *
 * @returns the upper edge of each table by name, from 0
 */
export function findHeights(cluster: Cluster, ties: readonly Tie[], gap: number): Map<string, number> {
    const { columns, hub, isStar } = cluster;
    const height = Math.max(...columns.map((nodes) => stackHeight(nodes, gap)));
    const tops = new Map<string, number>();
    for (const node of columns[hub] ?? []) tops.set(node.name, isStar ? Math.round((height - node.height) / 2) : 0);
    const outwards = [...columns.keys()].filter((at) => at !== hub);
    for (const at of outwards.sort((a, b) => Math.abs(a - hub) - Math.abs(b - hub))) {
        const pulls = findPulls(columns[at] ?? [], ties, tops);
        for (const [name, top] of placeColumn(columns[at] ?? [], pulls, height, gap)) tops.set(name, top);
    }
    return tops;
}

/** Where a row of a table would like to be. */
interface Pull extends RowPlace {
    readonly target: number;
}

function findPulls(nodes: readonly Node[], ties: readonly Tie[], tops: ReadonlyMap<string, number>): Pull[] {
    const isHere = ({ table }: RowPlace): boolean => nodes.some(({ name }) => name === table);
    return ties.flatMap(({ from, to }) => {
        const [own, other] = isHere(from) ? [from, to] : [to, from];
        const top = tops.get(other.table);
        return isHere(own) && top !== undefined ? [{ ...own, target: top + other.offset }] : [];
    });
}

function placeColumn(nodes: readonly Node[], pulls: readonly Pull[], height: number, gap: number): Map<string, number> {
    let best: Map<string, number> = new Map();
    let least = Number.POSITIVE_INFINITY;
    for (const order of nodes.length > orderLimit ? [sortByPull(nodes, pulls)] : permute(nodes)) {
        const tops = stack(order, pulls, height, gap);
        const distance = pulls.reduce(
            (sum, { table, offset, target }) => sum + Math.abs((tops.get(table) ?? 0) + offset - target),
            0,
        );
        if (Math.round(distance) < least) [best, least] = [tops, Math.round(distance)];
    }
    return best;
}

function stack(order: readonly Node[], pulls: readonly Pull[], height: number, gap: number): Map<string, number> {
    const slack = height - stackHeight(order, gap);
    const stretch = order.length > 1 ? slack / (order.length - 1) : Number.POSITIVE_INFINITY;
    const isStretched = stretch <= stretchLimit;
    const tops = new Map<string, number>();
    let top = 0;
    for (const { name, height: own } of order) {
        tops.set(name, Math.floor(top));
        top += own + gap + (isStretched ? stretch : 0);
    }
    if (isStretched) return tops;
    // Moved as a whole to where half of the lines would go up, and half down.
    const moves = pulls.map(({ table, offset, target }) => target - offset - (tops.get(table) ?? 0));
    const middle = moves.sort((a, b) => a - b)[moves.length >> 1] ?? 0;
    const move = Math.min(Math.max(0, middle), slack);
    return new Map([...tops].map(([name, at]) => [name, at + move]));
}

function sortByPull(nodes: readonly Node[], pulls: readonly Pull[]): Node[] {
    const mean = ({ name }: Node): number => {
        const own = pulls.filter(({ table }) => table === name);
        return own.reduce((sum, { target }) => sum + target, 0) / Math.max(1, own.length);
    };
    return [...nodes].sort((a, b) => Math.round(mean(a)) - Math.round(mean(b)));
}

function* permute(nodes: readonly Node[]): Generator<readonly Node[]> {
    if (nodes.length < 2) yield nodes;
    else {
        for (const first of nodes) {
            for (const rest of permute(nodes.filter((node) => node !== first))) yield [first, ...rest];
        }
    }
}
