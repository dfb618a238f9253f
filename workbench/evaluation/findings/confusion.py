"""Which intent was taken for which, over all turns of which the case says what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot_core.intents import Intent
from workbench.evaluation.findings.records import NONE, Confusion, ConfusionCell, Conversation, IntentQuality

_ORDER = tuple(intent.value for intent in Intent)


@dataclass(slots=True)
class ConfusionCounter:
    """Fed conversation by conversation."""

    _cells: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _turns: int = 0

    def add(self, conversation: Conversation) -> None:
        for turn in conversation.turns:
            if turn.expected_intents is not None:
                self._turns += 1
                for pair in confused(turn.expected_intents, turn.understood_intents):
                    self._cells.setdefault(pair, []).append(conversation.key)

    def confusion(self) -> Confusion:
        counts = {pair: len(keys) for pair, keys in self._cells.items()}
        seen = {name for pair in counts for name in pair} - {NONE}
        intents = tuple(sorted(seen, key=lambda name: (_ORDER.index(name) if name in _ORDER else 99, name)))
        cells = tuple(
            ConfusionCell(expected, found, counts[expected, found], tuple(dict.fromkeys(self._cells[expected, found])))
            for expected in (*intents, NONE)
            for found in (*intents, NONE)
            if (expected, found) in counts
        )
        return Confusion(intents, cells, tuple(_quality(intents, cells)), self._turns)


def confused(expected: Iterable[str], understood: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs (expected, found) of one turn. What both hold is right; what is left over is paired in alphabetical order,
    and with NONE when one side holds more."""
    wanted, found = set(expected), set(understood)
    yield from ((name, name) for name in sorted(wanted & found))
    missing, extra = sorted(wanted - found), sorted(found - wanted)
    for position in range(max(len(missing), len(extra))):
        yield (
            missing[position] if position < len(missing) else NONE,
            extra[position] if position < len(extra) else NONE,
        )


def _quality(intents: Iterable[str], cells: Iterable[ConfusionCell]) -> Iterator[IntentQuality]:
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for cell in cells:
        expected[cell.expected] += cell.count
        found[cell.found] += cell.count
        if cell.expected == cell.found:
            right[cell.expected] += cell.count
    for name in intents:
        precision = right[name] / found[name] if found[name] else None
        recall = right[name] / expected[name] if expected[name] else None
        f1 = 2 * right[name] / (found[name] + expected[name]) if found[name] + expected[name] else None
        yield IntentQuality(name, expected[name], found[name], right[name], precision, recall, f1)
