/** A table as the arrangement sees it. */
export interface Node {
    readonly name: string;
    readonly height: number;
    /** How many columns it has: of two equal candidates, the larger one is the hub. */
    readonly weight: number;
}

/** Two tables of which one refers to the other. */
export interface Link {
    readonly table: string;
    readonly parent: string;
}

/** Connected tables in columns from left to right. */
export interface Cluster {
    readonly columns: readonly (readonly Node[])[];
    /** The column in which the hub stands alone. */
    readonly hub: number;
    /** Whether the hub has neighbours all around it, at least three. */
    readonly isStar: boolean;
}

/** Trying every split of more neighbours than this would take too long. */
const splitLimit = 14;

/**
 * Arranges connected tables in columns, the largest group first. The hub is the table with the most neighbours; they stand left
 * and right of it so that both sides are about as tall. With fewer than three neighbours, those that refer to the hub stand left
 * of it, and those that it refers to right. Farther tables follow outwards. What is equal keeps the order of the nodes. Pure.
 *
 * @param gap the distance between two tables of a column
 * @param focus the table that is a hub in any case
 * @returns the groups, and the tables that no other is connected with
 */
export function arrange(
    nodes: readonly Node[],
    links: readonly Link[],
    gap: number,
    focus?: string,
): { clusters: Cluster[]; loose: Node[] } {
    const neighbours = new Map(nodes.map((node) => [node, findNeighbours(node, nodes, links)]));
    const groups = findGroups(nodes, neighbours).sort((a, b) => b.length - a.length);
    return {
        clusters: groups
            .filter(({ length }) => length > 1)
            .map((group) => spread(group, neighbours, links, gap, focus)),
        loose: groups.filter(({ length }) => length === 1).flat(),
    };
}

type Neighbours = ReadonlyMap<Node, readonly Node[]>;

function findNeighbours({ name }: Node, nodes: readonly Node[], links: readonly Link[]): Node[] {
    const names = new Set(
        links.flatMap(({ table, parent }) => (table === name ? [parent] : parent === name ? [table] : [])),
    );
    return nodes.filter((other) => other.name !== name && names.has(other.name));
}

function findGroups(nodes: readonly Node[], neighbours: Neighbours): Node[][] {
    const seen = new Set<Node>();
    const groups: Node[][] = [];
    for (const node of nodes) {
        if (seen.has(node)) continue;
        const found = new Set([node]);
        for (const member of found) for (const next of neighbours.get(member) ?? []) found.add(next);
        for (const member of found) seen.add(member);
        groups.push(nodes.filter((other) => found.has(other)));
    }
    return groups;
}

function spread(
    group: readonly Node[],
    neighbours: Neighbours,
    links: readonly Link[],
    gap: number,
    focus: string | undefined,
): Cluster {
    const around = (node: Node): readonly Node[] => neighbours.get(node) ?? [];
    const compare = (a: Node, b: Node): number => around(b).length - around(a).length || b.weight - a.weight;
    const hub = group.find(({ name }) => name === focus) ?? [...group].sort(compare)[0];
    if (!hub) return { columns: [], hub: 0, isStar: false };
    const isStar = around(hub).length > 2;
    const refers = (node: Node): boolean => links.some((link) => link.table === node.name && link.parent === hub.name);
    const [left, right] = isStar
        ? halve(around(hub), gap)
        : [around(hub).filter(refers), around(hub).filter((node) => !refers(node))];
    const seen = new Set([hub, ...around(hub)]);
    const sides: [Node[][], Node[][]] = [[left], [right]];
    for (let grows = true; grows; ) {
        grows = false;
        for (const side of sides) {
            const outer = side.at(-1) ?? [];
            const next = group.filter((node) => !seen.has(node) && outer.some((other) => around(other).includes(node)));
            for (const node of next) seen.add(node);
            if (next.length > 0) side.push(next);
            grows ||= next.length > 0;
        }
    }
    const [before, after] = sides.map((side) => side.filter(({ length }) => length > 0)) as [Node[][], Node[][]];
    return { columns: [...before.reverse(), [hub], ...after], hub: before.length, isStar };
}

/** The height of tables above each other. */
export function stackHeight(nodes: readonly Node[], gap: number): number {
    return nodes.reduce((sum, { height }) => sum + height, Math.max(0, nodes.length - 1) * gap);
}

// Of all splits the one with the smallest difference in height. Counting the bits down puts the first nodes on the left.
function halve(nodes: readonly Node[], gap: number): [Node[], Node[]] {
    if (nodes.length > splitLimit) return deal(nodes, gap);
    const pick = (bits: number, isLeft: boolean): Node[] =>
        nodes.filter((_, at) => ((bits >> (nodes.length - 1 - at)) & 1) === (isLeft ? 1 : 0));
    let best: [Node[], Node[]] = [[], []];
    let least = Number.POSITIVE_INFINITY;
    for (let bits = 2 ** nodes.length - 1; bits >= 2 ** (nodes.length - 1); bits--) {
        const split: [Node[], Node[]] = [pick(bits, true), pick(bits, false)];
        const difference = Math.abs(stackHeight(split[0], gap) - stackHeight(split[1], gap));
        if (difference < least) [best, least] = [split, difference];
    }
    return best;
}

function deal(nodes: readonly Node[], gap: number): [Node[], Node[]] {
    const [left, right]: [Node[], Node[]] = [[], []];
    for (const node of [...nodes].sort((a, b) => b.height - a.height)) {
        (stackHeight(left, gap) <= stackHeight(right, gap) ? left : right).push(node);
    }
    return [left, right];
}
