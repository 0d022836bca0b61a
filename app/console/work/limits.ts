/** Days after which something needs attention: a job that waits, a job in work, a run that has not ended. */
export const longestDays = { pending: 7, processing: 1, running: 1 } as const;

/** Between two readings of a page that is refreshed. */
export const refreshSeconds = 10;
