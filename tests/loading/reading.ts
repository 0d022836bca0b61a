import type { Rejection } from "../../src/loading/loader.ts";
import type { SourceDocument } from "../../src/loading/sources/documents.ts";
import { readSource } from "../../src/loading/sources/read-source.ts";

/** Everything that files hold, in their order. */
export async function readAll(
    files: readonly string[],
): Promise<{ documents: SourceDocument[]; rejected: Rejection[]; empty: string[]; checksum: string }> {
    const empty: string[] = [];
    const documents: SourceDocument[] = [];
    const rejected: Rejection[] = [];
    const checksum = await readSource(files, "", {
        document: (document) => void documents.push(document),
        rejected: (rejection) => void rejected.push(rejection),
        empty: (file) => void empty.push(file),
        mark: () => {
            const [known, before] = [documents.length, rejected.length];
            return () => {
                documents.length = known;
                rejected.length = before;
            };
        },
    });
    return { documents, rejected, empty, checksum };
}
