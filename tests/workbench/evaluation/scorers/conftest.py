from __future__ import annotations

import pytest

from tests.fakes.played import small_context
from workbench.evaluation.scorers.base import ScoringContext


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> ScoringContext:
    return small_context(tmp_path_factory.mktemp("catalog"))
