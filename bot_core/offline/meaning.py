"""Which intents the words of a clause name by themselves, and which of those give way to surer ones."""

from __future__ import annotations

import re

from bot_core.intents import Intent
from bot_core.offline.clauses import Clause
from bot_core.offline.cues import Cue
from bot_core.offline.findings import FINANCING_SLOTS, SEARCH_SLOTS
from bot_core.offline.lexicon import words_of_lexicon
from bot_core.offline.message import Message
from bot_core.sessions.state import ConversationState

CAR, FINANCING, INFO, SALES = Intent.CAR_RECOMMENDATION, Intent.FINANCING, Intent.GENERAL_INFO, Intent.SALES
SURE_WISHES = frozenset({"car", "body_type", "transmission", "features", "price_max", "price_min", "year_min"})
"""Slots that stay a wish beside a sentence about something else."""
_INTENT_OF = {
    "person": Intent.PERSON_REQUEST,
    "sales": SALES,
    "trade_in_wish": SALES,
    "financing": FINANCING,
    "financing_topic": FINANCING,
    "info_strong": INFO,
    "out_of_scope": Intent.OUT_OF_SCOPE,
    "competitor": Intent.OUT_OF_SCOPE,
    "greeting": Intent.GREETING,
    "identity": Intent.GREETING,
    "presence": Intent.GREETING,
}
"""Groups of lexicon/intents.yaml that say it whatever stands beside them."""
_SEARCHING = frozenset({"search", "some_car", "price_ask", "have", "detail_ask"})
_OTHER_WISHES = ("info_strong", "info", "person", "sales", "trade_in_wish", "out_of_scope")
_CREDIT = ("financing", "financing_topic")
_SURE_GROUPS = ("search", "info_strong")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]{4,})")
_PRICES = frozenset({"price_min", "price_max"})


class ClauseMeaning:
    """Reads a message's clauses in order: it remembers the sentences that are about something else."""

    def __init__(self, message: Message, state: ConversationState) -> None:
        self._message = message
        self._state = state
        self._off_topic: set[int] = set()

    @property
    def went_off_topic(self) -> bool:
        return bool(self._off_topic)

    def intents_of(self, clause: Clause) -> list[tuple[Intent, Cue]]:
        """Each intent with its first cue, in the clause's order."""
        found: dict[Intent, Cue] = {}
        for cue in clause.cues:
            if intent := self._intent(cue, clause):
                found.setdefault(intent, cue)
        for weaker in _silenced(set(found), clause):
            found.pop(weaker, None)
        if clause.sentence in self._off_topic and not clause.has(*_SURE_GROUPS):
            found = {intent: cue for intent, cue in found.items() if intent not in (CAR, INFO)}
        if Intent.OUT_OF_SCOPE in found:
            self._off_topic.add(clause.sentence)
        return sorted(found.items(), key=lambda item: item[1].start)

    def _intent(self, cue: Cue, clause: Clause) -> Intent | None:
        if cue.group in _INTENT_OF:
            return _INTENT_OF[cue.group]
        slots = {finding.slot for finding in clause.findings}
        if cue.group == "see":
            return SALES if "day" in slots and not clause.has("info", "info_strong", "search") else None
        if cue.group == "info":
            about_car = clause.has("search") and slots & (SEARCH_SLOTS | {"car"})
            return None if about_car else INFO
        if cue.group == "reach":
            return FINANCING if self._has_credit() else CAR
        return self._searching(cue, clause, slots) if cue.group in _SEARCHING else None

    def _has_credit(self) -> bool:
        """ "¿Qué me alcanza?" is about payments when the message names one, else about the price."""
        said = any(finding.slot in FINANCING_SLOTS for finding in self._message.findings)
        return said or any(cue.group == "financing" for cue in self._message.cues)

    def _wants_something_else(self, cue: Cue) -> bool:
        """ "Necesito un psicólogo": a word follows that has nothing to do with cars."""
        following = _NEXT_WORD.match(self._message.reading.mended, cue.end)
        return following is not None and following.group(1) not in words_of_lexicon()

    def _searching(self, cue: Cue, clause: Clause, slots: set[str]) -> Intent | None:
        about = bool(slots & (SEARCH_SLOTS | {"car", "reference"})) or clause.has("car_noun", "some_car")
        if cue.group == "search" and not about and self._wants_something_else(cue):
            return None
        if cue.group == "search":
            return CAR if about or not clause.has(*_OTHER_WISHES, *_CREDIT) else None
        if clause.has(*_OTHER_WISHES, *_CREDIT) or slots & FINANCING_SLOTS:
            return None
        if cue.group == "price_ask" and slots and slots <= _PRICES and self._has_credit():
            return None
        if cue.group in ("price_ask", "detail_ask"):
            known = bool(self._state.chosen) or len(self._state.shown) == 1
            return CAR if about or known or (cue.group == "price_ask" and self._state.shown) else None
        return CAR if about or cue.group == "some_car" else None


def _silenced(found: set[Intent], clause: Clause) -> set[Intent]:
    """Intents whose words serve a surer one in the same clause: "documentos para el crédito" asks for documents."""
    silenced: set[Intent] = set()
    if INFO in found and clause.has("info_strong"):
        silenced |= {FINANCING, SALES}
    elif INFO in found and (SALES in found or clause.has("financing_topic")):
        silenced.add(INFO)
    if Intent.PERSON_REQUEST in found:
        silenced |= {Intent.PERSON_REQUEST} if SALES in found else {INFO, FINANCING}
    if Intent.OUT_OF_SCOPE in found:
        silenced |= _silenced_off_topic(found, clause)
    return silenced


def _silenced_off_topic(found: set[Intent], clause: Clause) -> set[Intent]:
    """A recipe for "pozole rojo" is no wish for a red car; "documentos" or a car beside it is one of its own."""
    groups = [cue.group for cue in clause.cues]
    quoted = {Intent.GREETING} if "greeting" in groups[1:] else set()
    if clause.has("competitor"):
        return found - {Intent.OUT_OF_SCOPE, Intent.GREETING}
    sure = found & {SALES, FINANCING, Intent.PERSON_REQUEST} or clause.has("info_strong")
    named = clause.has("search") and any(finding.slot in SURE_WISHES for finding in clause.findings)
    return {Intent.OUT_OF_SCOPE} if sure else {INFO} if CAR in found and named else {INFO, CAR} | quoted
