import { expect, test } from "vitest";
import { readPage } from "../../src/documents/markdown.ts";

const text = `# The \`db:push\` command, and more

See [the guide](guide.md#one-step) and ![a picture](schema.svg).

## One step

- an item with [a link](other.md)
- another

## One step

<!-- query one -->
\`\`\`sql
SELECT 1;
\`\`\`
<!-- /query one -->

\`\`\`sh
pnpm db:push
\`\`\`

| a | b |
|---|---|
| [in a table](#one-step-1) | x |
`;

test("a page is read with its anchors, links and blocks, each at its line", () => {
    const page = readPage("docs/page.md", text);
    expect([...page.anchors]).toEqual(["the-dbpush-command-and-more", "one-step", "one-step-1"]);
    expect(page.links).toEqual([
        { target: "guide.md#one-step", line: 3 },
        { target: "schema.svg", line: 3 },
        { target: "other.md", line: 7 },
        { target: "#one-step-1", line: 24 },
    ]);
    expect(page.blocks).toEqual([
        { language: "sql", isFile: false, text: "SELECT 1;", line: 14, part: "query one" },
        { language: "sh", isFile: false, text: "pnpm db:push", line: 19, part: undefined },
    ]);
});
