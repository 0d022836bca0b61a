/** Where a database is. `label` is what output shows; it never holds a credential. */
export type Target = FileTarget | ServerTarget;

export interface FileTarget {
    readonly kind: "file";
    /** Absolute path. */
    readonly path: string;
    readonly label: string;
    readonly local: true;
}

export interface ServerTarget {
    readonly kind: "server";
    /** http: or https: URL without credentials. */
    readonly url: string;
    readonly label: string;
    readonly host: string;
    /** Whether the host is this machine. */
    readonly local: boolean;
    readonly authToken?: string;
}
