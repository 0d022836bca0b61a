import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { AppError } from "../../errors.ts";
import type { Page } from "../markdown.ts";
import type { DocumentCheck, DocumentFinding } from "./finding.ts";

/** Relative to the project's folder. */
const program = ["--import", "tsx", "checkers/check.ts"];

interface Workflow {
    readonly path: string;
    readonly text: string;
}

/**
 * Checks Mermaid diagrams and workflows by the parsers of checkers/, in a process of its own.
 *
 * @throws AppError `invalid-input` where they cannot run
 */
export async function checkOutside(
    root: string,
    pages: readonly Page[],
    workflows: readonly Workflow[],
): Promise<DocumentCheck> {
    const diagrams = pages.flatMap(({ path, blocks }) =>
        blocks.flatMap(({ language, line, text: diagram }) =>
            language === "mermaid" ? [{ path, line, text: diagram }] : [],
        ),
    );
    const child = spawn(process.execPath, program, { cwd: root, stdio: "pipe" });
    const ended = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify({ diagrams, workflows }));
    const [printed, problem, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) {
        throw new AppError("invalid-input", "the checkers of diagrams and workflows cannot run", {
            details: problem.trim().split("\n").slice(0, 5),
            hint: "install them: `npx -y pnpm --dir checkers install --frozen-lockfile`",
        });
    }
    const looked = `${diagrams.length} diagrams, ${workflows.length} workflows`;
    return { name: "diagrams", looked, findings: JSON.parse(printed) as DocumentFinding[] };
}
