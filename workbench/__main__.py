"""`python -m workbench`."""

from __future__ import annotations

import gc

# A command makes thousands of small objects for each conversation, and its imports a million that stay; none of them
# are garbage in cycles, and looking for those took a seventh of the time.
gc.set_threshold(50_000, 20, 20)

from workbench.cli.commands import main  # noqa: E402 - imported under the threshold above

if __name__ == "__main__":
    main()
