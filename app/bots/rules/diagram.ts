const keyword =
    /^(?:graph|flowchart|sequenceDiagram|classDiagram|stateDiagram(?:-v2)?|erDiagram|journey|gantt|pie|mindmap|timeline|quadrantChart|requirementDiagram|gitGraph|C4(?:Context|Container|Component|Dynamic|Deployment)|(?:sankey|xychart|block|packet|architecture|radar|treemap)(?:-beta)?|kanban)(?=\s|:|;|$)/;

/** Whether a text begins as Mermaid source does, after front matter, directives and comments. */
export function isMermaid(source: string): boolean {
    const lines = source.replace(/^\s*---\r?\n[\s\S]*?\r?\n---(?=\r?\n)/, "").split(/\r?\n/);
    const first = lines.find((line) => line.trim() !== "" && !line.trim().startsWith("%%"));
    return first !== undefined && keyword.test(first.trim());
}

/** Gives the diagram to save: its source, or null for one that cannot be drawn or is empty. */
export function keepDiagram(source: string | null | undefined): string | null {
    return typeof source === "string" && isMermaid(source) ? source : null;
}
