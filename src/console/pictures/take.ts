import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../cli/program.ts";
import { readVariables } from "../../cli/settings.ts";
import { openConnection } from "../../database/open.ts";
import type { FileTarget } from "../../database/target.ts";
import { readProject } from "../../drift/status.ts";
import { load } from "../../loading/load.ts";
import { type BundledSeeds, chooseSeeds, selectSeedState } from "../../loading/seeds.ts";
import { runDeploy } from "../../migrations/carry-out.ts";
import { prepareDeploy } from "../../planning/prepare.ts";
import { listenOnLoopback } from "../listen.ts";
import { findGuard, openReader } from "../serve.ts";
import { createConsole } from "../server.tsx";
import type { ConsoleSite } from "../site.ts";
import { type Screenshot, takeScreenshots } from "./screenshots.ts";

const name = "console";
const nothing = (): void => undefined;

/** docs:pictures: deploys the schema and all bundled data into a temporary file, and pictures the console that shows it. */
export async function takeConsolePictures(
    { root, output, signal, elapsed }: Context,
    site: ConsoleSite,
    bundled: BundledSeeds,
): Promise<void> {
    const { CHROME_PATH: chosen } = await readVariables(["CHROME_PATH"], root);
    const pictures = (["light", "dark"] as const).map(
        (scheme): Screenshot => ({ path: "/", scheme, file: `docs/${name}.${scheme}.png` }),
    );
    const folder = await mkdtemp(join(tmpdir(), "console-pictures-"));
    try {
        const target: FileTarget = {
            kind: "file",
            path: join(folder, "local.db"),
            label: "file:local.db",
            local: true,
        };
        await fill(target, root, bundled, signal);
        await withConsole(target, root, site, output.redact, (url) =>
            takeScreenshots(
                url,
                pictures.map((picture) => ({ ...picture, file: join(root, picture.file) })),
                chosen,
            ),
        );
        for (const { file } of pictures)
            output.field("Picture", `${file}, ${Math.round((await stat(join(root, file))).size / 1_000)} KB`);
        const milliseconds = Math.round(elapsed());
        output.document({ database: target.label, pictures: pictures.map(({ file }) => file), milliseconds });
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function fill(target: FileTarget, root: string, bundled: BundledSeeds, signal: AbortSignal): Promise<void> {
    const connection = await openConnection(target, signal);
    try {
        const prepared = await prepareDeploy(root, connection, { extra: selectSeedState(bundled) });
        const report = { applied: nothing, waiting: nothing, note: nothing, restorePoint: nothing };
        await runDeploy(connection, prepared, { now: new Date(), report, signal });
        const choice = { wanted: ["all"], isForced: true, isLocal: true };
        const { chosen: seeds } = await chooseSeeds(root, bundled, prepared.state.extra, choice);
        if (seeds === undefined) return;
        await load(connection, {
            loaders: await bundled.loaders(),
            source: seeds.source,
            force: false,
            dryRun: false,
            root,
            rejectFile: undefined,
            maxRejects: 0,
            signal,
            startProgress: async () => ({ progress: nothing, end: nothing }),
        });
    } finally {
        connection.close();
    }
}

async function withConsole(
    target: FileTarget,
    root: string,
    site: ConsoleSite,
    redact: (text: string) => string,
    body: (url: string) => Promise<void>,
): Promise<void> {
    const { schemaVersion } = await readProject(root);
    const reader = openReader(target);
    let port = 0;
    const app = createConsole({
        root,
        site,
        database: { target, readOnlyBy: findGuard(target), notes: [], schemaVersion },
        connect: reader.connect,
        signal: new AbortController().signal,
        patience: 60_000,
        getPort: () => port,
        redact,
        now: () => new Date().toISOString(),
    });
    const listening = await listenOnLoopback(app, 0);
    port = listening.port;
    try {
        await body(`http://localhost:${port}`);
    } finally {
        listening.close();
        reader.close();
    }
}
