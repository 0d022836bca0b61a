/** What somebody opens the console for: the links that are followed from the first page, and what answers the question there. */
export const tasks: readonly (readonly [task: string, links: readonly RegExp[], answer: RegExp])[] = [
    ["which columns a table has, and what they mean", [/^\/tables$/, /^\/tables\/questions$/], /sub_channel TEXT/],
    [
        "which queries an index serves",
        [/^\/tables$/, /^\/tables\/questions$/],
        /questions-by-channel|questions-by-status|newest-questions/,
    ],
    ["why a question changed", [/^\/questions$/, /^\/questions\/[^?]+$/], /History .*latest first, UTC/],
    ["what is pending and what has drifted", [], /Up to date, no drift/],
    ["whether a bot is stuck", [/^\/work$/], /pending .* processing .* failed/],
    ["when each bot ran last", [/^\/work#runs$/], /Runs the last 30 of each bot/],
    ["what to mend in the data", [/^\/health$/], /Examination Examined .* Errors/],
    [
        "how near a table is to its documented volume",
        [/^\/growth$/],
        /Against the documented volumes .* questions [\d,]+ 5,000/,
    ],
    [
        "how large each table and index is",
        [/^\/growth$/, /^\/growth\?sizes=1/],
        /Sizes of tables and indexes .* idx_questions_\w+ index/,
    ],
    ["which references no key holds", [/^\/diagram$/], /[1-9]\d* references? without one/],
    ["what one row of a table is", [/^\/tables$/, /^\/tables\/bot_runs$/], /bot_runs .*run/],
    ["where to begin with the documents", [/^\/docs$/, /INDEX\.md$/], /[Dd]ay/],
];
