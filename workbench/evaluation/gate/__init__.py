"""Does this change make the bot worse? Suites are run, held against the blessed baseline, and judged."""
