import type { Command } from "commander";
import { parseCount } from "../../src/cli/program.ts";

const yes = ["-y, --yes", "do not ask before writing to a database on another machine"] as const;

/** Adds the options of the commands that write questions. */
export function defineQuestions(command: Command): Command {
    return command
        .option(
            "--channel <channel>",
            "write for this channel (otherwise that of the topic, or the one with the fewest questions)",
        )
        .option("--difficulty <level>", "beginner, intermediate or advanced (otherwise the rarest in the channel)")
        .option("--topic <text>", "what to ask about")
        .option("--count <number>", "write so many questions, at most 20 (1 otherwise)", parseCount)
        .option("--from <file>", "save the questions of this file (- for standard input) instead of asking a model")
        .option("--allow-new-channel", "begin a channel that has no question yet")
        .option("--allow-new-sub-channel", "begin a sub-channel that the channel does not have yet")
        .option("--dry-run", "say what would be asked for or saved; write nothing and ask no model")
        .option(...printPrompt)
        .option(...yes);
}

const dryRun = ["--dry-run", "say what would be asked for; ask no model and write nothing"] as const;
const printPrompt = ["--print-prompt", "print what would be sent to the model, and send nothing"] as const;
const out = [
    "--out <file>",
    "append to this file, one JSON object a line, instead of writing to the database",
] as const;

/** Adds the options of the commands that write coding challenges. */
export function defineChallenges(command: Command): Command {
    return command
        .option("--category <category>", "such as arrays (otherwise the one with the fewest challenges)")
        .option("--difficulty <level>", "easy, medium or hard (otherwise easy and medium in turn)")
        .option("--count <number>", "write so many challenges, at most 20 (1 otherwise)", parseCount)
        .option(...out)
        .option(...dryRun)
        .option(...printPrompt)
        .option(...yes);
}

/** Adds the options of the commands that write multiple-choice questions. */
export function defineTests(command: Command): Command {
    return command
        .option("--count <number>", "write so many questions, at most 20 (5 otherwise)", parseCount)
        .option("--difficulty <level>", "beginner, intermediate or advanced (otherwise that of the certification)")
        .option(...out)
        .option(...dryRun)
        .option(...printPrompt)
        .option(...yes);
}
