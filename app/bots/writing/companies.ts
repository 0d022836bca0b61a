/** The companies that a question may name as asking it. Models invent others. */
export const companies: ReadonlySet<string> = new Set([
    ...["Adobe", "Airbnb", "Amazon", "Apple", "Atlassian", "Bloomberg", "Cisco", "Cloudflare", "Databricks", "Datadog"],
    ...["Dropbox", "eBay", "Goldman Sachs", "Google", "IBM", "Intel", "JPMorgan Chase", "LinkedIn", "Lyft", "Meta"],
    ...[
        "Microsoft",
        "MongoDB",
        "Netflix",
        "Nvidia",
        "OpenAI",
        "Oracle",
        "PayPal",
        "Pinterest",
        "Salesforce",
        "Shopify",
    ],
    ...["Snowflake", "Spotify", "Stripe", "Tesla", "Twilio", "Uber", "Visa", "VMware", "Walmart", "X"],
]);
