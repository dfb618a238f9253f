"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

from bot_core.settings import Settings

# Speed is measured in benchmarks/, never by a timed test: a busy machine must not turn a property red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Tests see the environment that they make, not the keys of a developer's `.env`.
Settings.model_config["env_file"] = None
