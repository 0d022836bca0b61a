/** A table as the layout sees it. */
export interface Node {
    readonly name: string;
    readonly height: number;
}

/** Two tables of which one refers to the other. */
export interface Link {
    readonly table: string;
    readonly parent: string;
}

/** Tables that are connected, in columns: the hub in column 0, what it is connected with at -1 and 1, and so on outwards. */
export type Band = ReadonlyMap<number, readonly Node[]>;

/**
 * Arranges tables in bands of columns, so that lines run only between neighbouring columns as far as the references allow. The
 * hub of a band is the table with the most references; its neighbours stand left and right of it, in their order, so that both
 * sides are about as tall. The largest band comes first. Tables without references fill the outer columns of bands where there is
 * room, and follow below. Pure.
 *
 * @param gap the distance between two tables of a column
 */
export function arrange(nodes: readonly Node[], links: readonly Link[], gap: number): Band[] {
    const others = links.filter(({ table, parent }) => table !== parent);
    const bands: Map<number, Node[]>[] = [];
    const placed = new Set<string>();
    const lone = nodes.filter(({ name }) => countLinks(name, others) === 0);
    for (const { name } of lone) placed.add(name);
    for (;;) {
        const free = nodes.filter(({ name }) => !placed.has(name));
        const [hub] = [...free].sort((a, b) => countLinks(b.name, others) - countLinks(a.name, others));
        if (!hub) break;
        const band = spread(hub, free, others);
        for (const { name } of [...band.values()].flat()) placed.add(name);
        bands.push(band);
    }
    bands.sort((a, b) => [...b.values()].flat().length - [...a.values()].flat().length);
    const homeless = lone.filter((node) => !findRoom(node, bands, gap)?.push(node));
    return [...bands, ...rowsOf(homeless)];
}

function findRoom(node: Node, bands: readonly Map<number, Node[]>[], gap: number): Node[] | undefined {
    const heightOf = (column: readonly Node[]): number => column.reduce((sum, { height }) => sum + height + gap, 0);
    for (const band of bands) {
        const tallest = Math.max(...[...band.values()].map(heightOf));
        for (const [side, column] of band) {
            if (side !== 0 && heightOf([...column, node]) <= tallest) return column;
        }
    }
    return undefined;
}

function countLinks(name: string, links: readonly Link[]): number {
    return links.filter(({ table, parent }) => table === name || parent === name).length;
}

function spread(hub: Node, free: readonly Node[], links: readonly Link[]): Map<number, Node[]> {
    const columns = new Map([[0, [hub]]]);
    const seen = new Set([hub.name]);
    const findNew = (names: readonly string[]): Node[] =>
        free.filter(
            ({ name }) =>
                !seen.has(name) &&
                links.some(
                    ({ table, parent }) =>
                        (table === name && names.includes(parent)) || (parent === name && names.includes(table)),
                ),
        );
    const [left, right] = halve(findNew([hub.name]));
    for (const [side, first] of [
        [-1, left],
        [1, right],
    ] as const) {
        for (const { name } of first) seen.add(name);
        if (first.length > 0) columns.set(side, first);
    }
    for (let depth = 1; columns.has(-depth) || columns.has(depth); depth++) {
        for (const side of [-1, 1]) {
            const next = findNew((columns.get(side * depth) ?? []).map(({ name }) => name));
            for (const { name } of next) seen.add(name);
            if (next.length > 0) columns.set(side * (depth + 1), next);
        }
    }
    return columns;
}

// Where the taller half is the shortest.
function halve(nodes: readonly Node[]): [Node[], Node[]] {
    const sum = (part: readonly Node[]): number => part.reduce((all, { height }) => all + height, 0);
    const cuts = nodes.map((_, at) => at + 1);
    const taller = (at: number): number => Math.max(sum(nodes.slice(0, at)), sum(nodes.slice(at)));
    const [cut = 0] = cuts.sort((a, b) => taller(a) - taller(b));
    return [nodes.slice(0, cut), nodes.slice(cut)];
}

function rowsOf(lone: readonly Node[]): Band[] {
    const order = [0, -1, 1];
    const rows: Band[] = [];
    for (let at = 0; at < lone.length; at += order.length) {
        rows.push(new Map(lone.slice(at, at + order.length).map((node, place) => [order[place] ?? 0, [node]])));
    }
    return rows;
}
