import { type CommandResult, startCommand } from "../support/command.ts";
import { startProxy } from "../support/proxy.ts";
import { long } from "./long-migrations.ts";

/** How a deployer of a long migration ended, and how often it tried. */
export interface Deployer extends CommandResult {
    /** How many times it sent the long migration. */
    readonly attempts: number;
}

/** Lets deployers run db:push at the same time, each through a line of its own, and counts what each of them sends. */
export function pushLong(count: number, root: string, url: string): Promise<Deployer[]> {
    return Promise.all(
        Array.from({ length: count }, async () => {
            let attempts = 0;
            const proxy = await startProxy(url, {
                onRequest: (_, body) => {
                    if (isScript(body) && body.includes(long)) attempts++;
                },
            });
            const result = await startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: proxy.url } })
                .result;
            await proxy.close();
            return { ...result, attempts };
        }),
    );
}

/** Whether a request runs a script: the only kind of request that deploys. */
export function isScript(body: string): boolean {
    return body.includes("CREATE TABLE schema_guard");
}
