import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "docs:pictures",
    summary: "Take the documents' pictures of the console, light and dark, with the bundled data; needs Chromium.",
    database: false,
    run: async (context) => (await import("../app/console/pictures.ts")).takeConsolePictures(context),
};

if (isMain(import.meta.url)) await runCommand(command);
