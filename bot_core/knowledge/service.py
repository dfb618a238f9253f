"""What Kavak has published: facts by question, branches by place. What it does not hold is unknown, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot_core.knowledge.entry import Branch, KnowledgeEntry
from bot_core.knowledge.loader import KnowledgeFile, parse_knowledge, read_knowledge
from bot_core.knowledge.places import Places
from bot_core.knowledge.retrieval import PhrasingIndex
from bot_core.messages import Frozen


class KnowledgeHit(Frozen):
    """An entry that answers a question. `score` is 0-100; 100 is a phrasing of the file, word for word."""

    entry: KnowledgeEntry
    score: float


class KnowledgeService:
    """An immutable knowledge base, safe to share between threads."""

    def __init__(
        self,
        entries: Sequence[KnowledgeEntry],
        branches: Sequence[Branch] = (),
        *,
        aliases: Mapping[str, Sequence[str]] | None = None,
        everywhere: Sequence[str] = (),
    ) -> None:
        self.entries = tuple(entries)
        self.branches = tuple(branches)
        self._index = PhrasingIndex(self.entries)
        self._places = Places(self.branches, aliases or {}, everywhere)

    @classmethod
    def from_file(cls, path: Path) -> KnowledgeService:
        """Raises KnowledgeError that names file, entry and field."""
        return cls._from(read_knowledge(path))

    @classmethod
    def from_text(cls, text: str, *, source: str) -> KnowledgeService:
        """The same from the text of a file. Raises KnowledgeError."""
        return cls._from(parse_knowledge(text, source=source))

    @classmethod
    def _from(cls, file: KnowledgeFile) -> KnowledgeService:
        return cls(file.entries, file.branches, aliases=file.aliases, everywhere=file.everywhere)

    @property
    def cities(self) -> tuple[str, ...]:
        """Cities with a branch, each once, in the order of the file."""
        return tuple(dict.fromkeys(branch.city for branch in self.branches))

    def search(self, question: str, *, limit: int = 3) -> tuple[KnowledgeHit, ...]:
        """At most `limit` facts that answer `question` (Spanish or English, as typed), best first; () when none."""
        return tuple(KnowledgeHit(entry=fit.entry, score=fit.score) for fit in self._index.best(question, limit))

    def branches_in(self, place: str | None) -> tuple[Branch, ...]:
        """Branches of a city, state or zone as customers call it, or of a branch's own name; None means all."""
        return self.branches if place is None else self._places.branches_in(place)

    def find_branch(self, name: str) -> Branch | None:
        """The branch of that name, misspelt or shortened; None for a city or an unknown name."""
        return self._places.branch_named(name)
