/** Times as a writer may give them, and what is stored. */
export const conversions: readonly [string, string][] = [
    ["2024-02-03 04:05:06", "2024-02-03T04:05:06.000Z"],
    ["2024-02-03 04:05:06.7", "2024-02-03T04:05:06.700Z"],
    ["2024-02-29T04:05:06Z", "2024-02-29T04:05:06.000Z"],
    ["2024-02-03T04:05:06+02:00", "2024-02-03T02:05:06.000Z"],
    ["2024-02-03T04:05:06.789Z", "2024-02-03T04:05:06.789Z"],
];

/** Text that is not a day and time, and so stays as it is. */
export const noTimes: readonly string[] = [
    "",
    "now",
    "soon",
    "2024-02-03",
    "2024-02-30 04:05:06",
    "2023-02-29T04:05:06Z",
    "2024-02-03 25:05:06",
    "2024-13-03 04:05:06",
    "2024-02-03 04:05:06 o'clock",
];
