import type { CodeBlock, Page } from "../markdown.ts";
import type { DocumentCheck } from "./finding.ts";

/** Programs that a test cannot run: they need an account. Their lines are checked for form only. */
const accounts = /^(turso|gh) [a-z]/;

/** Lists the shell examples of a page that can run without an account. */
export function listShellBlocks({ blocks }: Page): CodeBlock[] {
    return blocks.filter(
        ({ language, isFile, text }) => language === "sh" && !isFile && !text.split("\n").every(isAside),
    );
}

/**
 * Checks that a test runs each shell example.
 *
 * @param executed the pages whose examples it runs
 */
export function checkShell(pages: readonly Page[], executed: readonly string[]): DocumentCheck {
    const blocks = pages.flatMap((page) => listShellBlocks(page).map(({ line }) => ({ path: page.path, line })));
    const findings = blocks
        .filter(({ path }) => !executed.includes(path))
        .map((place) => ({ ...place, message: "no test runs the shell examples of this page" }));
    return { name: "shell examples", looked: `${blocks.length} blocks`, findings };
}

function isAside(line: string): boolean {
    return line === "" || line.startsWith("#") || accounts.test(line);
}
