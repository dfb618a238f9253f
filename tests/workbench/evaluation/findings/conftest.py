from __future__ import annotations

import pytest

from tests.fakes.found import Make


@pytest.fixture
def make() -> Make:
    return Make()
