import { bundled } from "../site/seeds.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "docs:pictures",
    summary: "Take the documents' pictures of the console, light and dark, with the bundled data; needs Chromium.",
    database: false,
    run: async (context) => {
        const [{ takeConsolePictures }, { consoleSite }] = await Promise.all([
            import("../src/console/pictures/take.ts"),
            import("../site/screens.ts"),
        ]);
        return takeConsolePictures(context, consoleSite, bundled);
    },
};

if (isMain(import.meta.url)) await runCommand(command);
