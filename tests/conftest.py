"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Speed is measured in benchmarks/, never by a timed test: a busy machine must not turn a property red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
