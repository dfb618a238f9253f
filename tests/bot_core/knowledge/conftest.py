from __future__ import annotations

import pytest

from bot_core.knowledge.service import KnowledgeService
from bot_core.settings import PROJECT_ROOT


@pytest.fixture(scope="session")
def kavak() -> KnowledgeService:
    """The shipped knowledge base."""
    return KnowledgeService.from_file(PROJECT_ROOT / "datasets" / "knowledge" / "kavak.yaml")
