/** Something in the documents that is wrong or missing. */
export interface DocumentFinding {
    /** Relative to the project's folder. */
    readonly path: string;
    readonly line: number;
    readonly message: string;
}

/** One question that docs:check asks, and what it found. */
export interface DocumentCheck {
    /** `links`: what was looked at. */
    readonly name: string;
    /** How many of them: `213 links`. */
    readonly looked: string;
    readonly findings: readonly DocumentFinding[];
}
