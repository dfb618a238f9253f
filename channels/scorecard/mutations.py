"""S20: each guarantee is taken out of the running processes in turn; a row of the scorecard must turn red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from channels.scorecard.load import LoadPlan
from channels.scorecard.mutants import MUTATIONS
from channels.scorecard.rows import Row
from channels.scorecard.run import SMALL, run
from channels.scorecard.stage import Setting

_SIZE = replace(SMALL, load=LoadPlan(10, 2, 5.0), kills=0, presence_each=2, patience=40.0)
_DOUBTFUL = (("500_sent", 0.3), ("timeout_sent", 0.1))
"""Of some thirty messages about a dozen end in doubt."""
_WHERE = {"lease": ("storm",), "unique-key": ("storm", "replay"), "presend-check": ("presence",)}
_EXPECTED = {
    "lease": {"S2", "S3", "S4"},
    "unique-key": {"S1", "S2", "S7"},
    "presend-check": {"S10"},
    "doubt": {"S2"},
    "signature": {"S5"},
}
"""Where the lack of it is to be seen; at least one of them must be red."""


def mutate(*, seed: int, say: Callable[[str], None]) -> list[Row]:
    rows = []
    for name in MUTATIONS:
        # Without leases it takes several workers to be in each other's way.
        setting = Setting(workers=3 if name == "lease" else 1, mutation=name)
        size = replace(_SIZE, faults=_DOUBTFUL) if name == "doubt" else _SIZE
        found = run(setting, size, seed=seed, scenes=_WHERE.get(name, ("storm",)), erases=False)
        red = {row.name for row in found if not row.passed and not row.timed}
        noticed = red & _EXPECTED[name]
        rows.append(
            Row(
                "S20", f"without {name}: rows that turn red", len(noticed), "≥ 1", bool(noticed),
                detail=", ".join(sorted(red)),
            )
        )  # fmt: skip
        say(f"mutation {name}: {', '.join(sorted(red)) or 'nothing noticed'}")
    return rows
