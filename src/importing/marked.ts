import { join } from "node:path";
import { tokenize } from "../sql/lexer.ts";
import { splitStatements } from "../sql/statements.ts";
import { findToolMarkers, type ToolMarker } from "../sql/tool-markers.ts";
import { readNames, refuseTwins } from "./numbered.ts";
import {
    compareNumbers,
    listTop,
    refuseSource,
    type SourceFolder,
    type SourceMigration,
    type SourceText,
} from "./source.ts";

/** Whether a file has a marker of this tool. */
export function hasMarkers(folder: SourceFolder, tool: string): boolean {
    return [...folder.files.values()].some((text) => markersOf(text, tool).length > 0);
}

/**
 * Reads files that hold both directions, told apart by markers.
 *
 * @param order how the tool sorts its files
 */
export function readMarked(folder: SourceFolder, tool: string, order: "file name" | "number"): SourceMigration[] {
    const readName = (file: string): { file: string; version: string; words: string } | undefined => {
        const [, version, words = ""] = /^(\d+)[_-]?(.*)\.sql$/i.exec(file) ?? [];
        return version === undefined ? undefined : { file, version, words };
    };
    const named = readNames(folder, listTop(folder), readName, "20260102030405_add_tags.sql");
    const seen = new Map<string, string>();
    for (const { file, version } of named) {
        const first = seen.get(version);
        if (first !== undefined) refuseTwins(folder, first, file);
        seen.set(version, file);
    }
    if (order === "number") named.sort((left, right) => compareNumbers(left.version, right.version));
    return named.map(({ file, version, words }) => ({
        version,
        name: words,
        ...splitDirections(join(folder.path, file), folder.files.get(file) ?? "", tool),
    }));
}

function markersOf(text: string, tool: string): ToolMarker[] {
    return findToolMarkers(tokenize(text)).filter((marker) => marker.tool === tool);
}

function splitDirections(path: string, text: string, tool: string): { up: SourceText; down: SourceText | undefined } {
    const [up, down, more] = markersOf(text, tool).filter(({ begins }) => begins !== undefined);
    const hint = `write one up marker of ${tool}, the statements, and at most one down marker below them`;
    if (up?.begins !== "up") refuseSource(`${path} does not begin with an up marker of ${tool}`, hint);
    const extra = down?.begins === "up" ? down : more;
    if (extra) refuseSource(`${path}:${extra.token.line} has one more '${extra.token.text.trim()}'`, hint);
    const [stray] = splitStatements(text.slice(0, up.token.offset));
    if (stray) refuseSource(`${path}:${stray.line} has a statement above the up marker of ${tool}`, hint);
    return {
        up: { path, line: 1, text: text.slice(0, down?.token.offset) },
        down: down && { path, line: down.token.line, text: text.slice(down.token.offset) },
    };
}
