import { Argument, Option } from "commander";
import { queueSite } from "../app/queue.ts";
import type { QueueCommandOptions } from "../src/cli/bots/queue.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<QueueCommandOptions> = {
    name: "bot:queue",
    summary: "List and show jobs of the queue, return failed ones to it, cancel open ones, delete completed ones.",
    define: (command) =>
        command
            .addArgument(
                new Argument("[what]", "list without one").choices(["list", "show", "retry", "cancel", "purge"]),
            )
            .argument("[ids...]", "jobs to show (one), retry or cancel")
            .usage("[options] [list | show <id> | retry <ids...> | cancel <ids...> | purge]")
            .addOption(
                new Option("--status <status>", "list: only jobs of this status; all but completed otherwise").choices([
                    "pending",
                    "processing",
                    "completed",
                    "failed",
                ]),
            )
            .option("--bot <bot>", "list: only jobs of this bot")
            .option("--action <action>", "list: only jobs of this action")
            .option("--limit <count>", "list: at most so many jobs; default 50", parseCount)
            .option("--reason <text>", "cancel: why, kept in the result of the job")
            .option("--days <count>", "purge: only jobs that were completed so many days ago; default 30", parseCount)
            .option("--dry-run", "retry, cancel, purge: say what would change, and change nothing")
            .option("--show-sql", "retry, cancel, purge: print the statements, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) =>
        (await import("../src/cli/bots/queue.ts")).manageQueue(context, options, queueSite),
};

if (isMain(import.meta.url)) await runCommand(command);
