"""The embedded judge: rules without a model. What a model judge has to beat, not a replacement for one.

It knows the words of rules.yaml, figures and makes that the facts do not hold, English, Markdown, length, and facts of
which the reply says nothing. It does not read: a contradiction in other words, a polite insult or two figures that
have changed places pass it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.normalization import fold
from bot_core.quantities.finder import find_quantities
from bot_core.trace import ModelCall
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.rubric import Rubric, RubricVerdict
from workbench.records import JudgeSpec, Verdict

RULES = Path(__file__).with_name("rules.yaml")
RULES_VERSION = "rules/v001"
"""Goes up when the code below judges otherwise."""
RULE_JUDGE = JudgeSpec(model=ModelSettings(model=OFFLINE_MODEL))
"""These rules, where a judge is asked for."""
_MONEY = re.compile(r"\$ ?(\d[\d,]*(?:\.\d+)?)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[^\W_]{3,}")
_MOST_FOREIGN = 2


@dataclass(frozen=True, slots=True)
class _Rules:
    longest: int
    patterns: dict[str, re.Pattern[str]]
    english: frozenset[str]
    spanish: frozenset[str]
    makes: frozenset[str]
    not_content: frozenset[str]


def rule_call() -> ModelCall:
    """What stands for the call of a model: it says who judged, and costs nothing."""
    return ModelCall(
        agent="judge", purpose="reply", prompt_id=RULES_VERSION, prompt_hash=rules_hash(), model=OFFLINE_MODEL
    )


def rule_verdicts(exhibit: Exhibit) -> tuple[RubricVerdict, ...]:
    """One verdict for each rubric, with the first rule that speaks against it; never UNSCORED."""
    found = {
        Rubric.HELPFULNESS: next(_unhelpful(exhibit), None),
        Rubric.TONE: next(_unfriendly(exhibit), None),
        Rubric.COMPLETENESS: next(_incomplete(exhibit), None),
    }
    return tuple(
        RubricVerdict(rubric=rubric, verdict=Verdict.FAIL if fault else Verdict.PASS, reason=fault or "")
        for rubric, fault in found.items()
    )


@lru_cache(maxsize=1)
def rules_hash() -> str:
    """Which words these rules look for: SHA-256 of rules.yaml, 64 hexadecimal digits."""
    return hashlib.sha256(RULES.read_bytes()).hexdigest()


def _unhelpful(shown: Exhibit) -> Iterator[str]:
    rules, reply = _rules(), fold(shown.reply)
    known = _numbers(f"{shown.facts}\n{shown.before}\n{shown.customer}")
    for figure in _MONEY.findall(shown.reply):
        if Decimal(figure.replace(",", "")) not in known:
            yield f"${figure} is not in the facts"
    told = f" {fold(shown.facts)} {fold(shown.customer)} {fold(shown.before)} "
    for make in sorted(rules.makes & set(_WORD.findall(reply))):
        if make not in told:
            yield f"the make {make} is not in the facts"
    for name in ("invented", "promised"):
        if (match := rules.patterns[name].search(reply)) and match[0] not in told:
            yield f"{name}: {match[0]}"
    if _says_nothing(shown):
        yield "says nothing of what the facts hold"


def _unfriendly(shown: Exhibit) -> Iterator[str]:
    rules = _rules()
    if match := rules.patterns["rude"].search(fold(shown.reply)):
        yield f"rude: {match[0]}"
    if match := rules.patterns["markdown"].search(shown.reply):
        yield f"Markdown: {match[0].strip()}"
    if len(shown.reply) > rules.longest:
        yield f"{len(shown.reply)} characters, more than {rules.longest}"
    if _is_english(shown.reply) and not _is_english(shown.customer):
        yield "English to a customer who does not write it"


def _incomplete(shown: Exhibit) -> Iterator[str]:
    if _says_nothing(shown):
        yield "says nothing of what the facts hold"
    parts = _parts(shown.facts)
    said = set(_WORD.findall(fold(shown.reply)))
    for part in parts:
        others = set().union(*(other for other in parts if other is not part))
        own = part - others
        if len(parts) > 1 and own and not own & said:
            yield f"nothing of: {', '.join(sorted(own)[:4])}"


def _says_nothing(shown: Exhibit) -> bool:
    words = set().union(*_parts(shown.facts))
    return bool(words) and not words & set(_WORD.findall(fold(shown.reply)))


def _parts(facts: str) -> Sequence[set[str]]:
    """The words of each thing that the facts answer; a fact with several answers is several things."""
    try:
        loaded = json.loads(facts) if facts else []
    except ValueError:
        return ()
    things: list[Any] = []
    for fact in loaded if isinstance(loaded, list) else []:
        content = {key: value for key, value in fact.items() if key not in _rules().not_content}
        answers = content.pop("answers", [])
        things += [*answers, *([content] if content else [])]
    words = (set(_WORD.findall(fold(_values(thing)))) for thing in things)
    return tuple(part for part in words if part)


def _values(thing: Any) -> str:
    """All values of a fact as text, without their keys: those are English."""
    if isinstance(thing, dict):
        return " ".join(_values(value) for value in thing.values())
    return " ".join(map(_values, thing)) if isinstance(thing, list) else str(thing)


def _numbers(text: str) -> set[Decimal]:
    """Every number as it stands, and what "300 mil" means."""
    plain = {Decimal(number.replace(",", "").rstrip(".")) for number in _NUMBER.findall(text)}
    return plain | {quantity.value for quantity in find_quantities(text)}


def _is_english(text: str) -> bool:
    words, rules = fold(text).split(), _rules()
    english = sum(word.strip(".,;:!?¿¡*()") in rules.english for word in words)
    spanish = sum(word.strip(".,;:!?¿¡*()") in rules.spanish for word in words)
    return english > _MOST_FOREIGN and english > spanish


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    data = yaml.load(RULES.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    names = ("invented", "promised", "rude", "markdown")
    return _Rules(
        longest=data["longest"],
        patterns={name: re.compile("|".join(data[name]), re.MULTILINE) for name in names},
        english=frozenset(data["english"]),
        spanish=frozenset(data["spanish"]),
        makes=frozenset(data["makes"]),
        not_content=frozenset(data["not_content"]),
    )
