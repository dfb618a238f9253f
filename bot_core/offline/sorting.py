"""Which wishes a message holds and which of them each finding belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.intents import Intent
from bot_core.offline.clauses import Clause, cut
from bot_core.offline.findings import CAR_SLOTS, FINANCING_SLOTS, SEARCH_SLOTS, Finding
from bot_core.offline.meaning import CAR, FINANCING, INFO, SALES, SURE_WISHES, ClauseMeaning
from bot_core.offline.message import Message, wanted_cars
from bot_core.offline.wishbook import WishBook
from bot_core.sessions.references import POINTING
from bot_core.sessions.state import ConversationState, PendingQuestion

LEAD_QUESTIONS = frozenset({PendingQuestion.LEAD_BRANCH, PendingQuestion.LEAD_DAY, PendingQuestion.LEAD_NAME})
_OWNERS_OF_NAMES = (SALES, Intent.PERSON_REQUEST, Intent.GREETING, CAR, FINANCING, INFO)
_OWNERS_OF_PLACES = (SALES, INFO, CAR, FINANCING)
"""Who takes what no clause decided, the first that is there."""
_LONE = frozenset({"price_min", "price_max", "sort"})
"""Alone before a payment these describe the car to finance: "de 300 mil, 60 mil de enganche"."""


class Sorter:
    """Goes through a message's clauses once; holds what was understood so far."""

    def __init__(self, message: Message, state: ConversationState, topic: Intent | None) -> None:
        self._message = message
        self._state = state
        self._topic = topic
        self._wishes = WishBook()
        self._undecided: list[Finding] = []
        self._meaning = ClauseMeaning(message, state)
        self._asks_name = state.pending is PendingQuestion.LEAD_NAME
        self._in_lead = state.lead is not None and state.pending in LEAD_QUESTIONS

    def sort(self) -> WishBook:
        findings = _outside_of_name([*self._message.findings, *self._car_findings()], self._asks_name)
        findings.sort(key=lambda finding: finding.start)
        clauses = cut(self._message.reading.mended, self._message.cues, findings)
        before: Intent | None = None
        for clause in clauses:
            before = self._clause(clause, before)
        self._settle()
        return self._wishes

    def _car_findings(self) -> list[Finding]:
        """The make carries the whole mention; see understanding.details."""
        return [Finding("car", mention, span.start, span.end) for span, mention in wanted_cars(self._message)]

    def _clause(self, clause: Clause, before: Intent | None) -> Intent | None:
        intents = self._meaning.intents_of(clause)
        for intent, cue in intents:
            found = self._wishes.open(intent, cue.start, anew=intent is INFO and self._is_new_question(clause, before))
            found += self._topics(intent, clause)
        own = [intent for intent, _ in intents]
        for finding in clause.findings:
            self._place(finding, clause, own, before)
        wished = [intent for intent in own if intent is not Intent.GREETING]
        if wished:
            return wished[-1]
        return self._of_findings(clause) or before

    def _topics(self, intent: Intent, clause: Clause) -> list[Finding]:
        """The question itself for the agents that answer by it."""
        if intent is INFO or (intent is FINANCING and clause.has("financing_topic")):
            said = self._message.reading.original(clause.start, clause.end).strip(" ,;")
            return [Finding("topic", said, clause.start, clause.end)]
        if intent is Intent.GREETING and clause.has("identity"):
            return [Finding("topic", "identity", clause.start, clause.end)]
        return []

    def _is_new_question(self, clause: Clause, before: Intent | None) -> bool:
        return before is not INFO or clause.has("info_strong", "info")

    def _of_findings(self, clause: Clause) -> Intent | None:
        if any(finding.slot in FINANCING_SLOTS for finding in clause.findings):
            return FINANCING
        return CAR if any(finding.slot in SEARCH_SLOTS | {"car"} for finding in clause.findings) else None

    def _place(self, finding: Finding, clause: Clause, own: list[Intent], before: Intent | None) -> None:
        slot = finding.slot
        if slot in FINANCING_SLOTS:
            if not (INFO in own and FINANCING not in own):
                self._wishes.add(FINANCING, finding)
        elif slot in ("branch", "city", "day", "customer_name"):
            self._place_detail(finding, own)
        elif slot == "reference" and finding.value.kind not in POINTING:
            # "En otro lado me lo dan más barato" asks about the price, not for a cheaper one.
            if not (INFO in own and CAR not in own):
                self._wishes.add(CAR, finding)
        else:
            self._place_wish(finding, clause, own, before)

    def _place_detail(self, finding: Finding, own: list[Intent]) -> None:
        if Intent.OUT_OF_SCOPE in own:
            return
        if SALES in own:
            self._wishes.add(SALES, finding)
        elif finding.slot in ("branch", "city") and INFO in own:
            self._wishes.add(INFO, finding)
        elif self._in_lead:
            self._wishes.add(SALES, finding)
        else:
            self._undecided.append(finding)

    def _place_wish(self, finding: Finding, clause: Clause, own: list[Intent], before: Intent | None) -> None:
        """A criterion, a car's name or a car pointed at."""
        names_car = finding.slot in ("car", "reference")
        if CAR in own:
            self._wishes.add(CAR, finding)
        elif FINANCING in own:
            self._wishes.add(FINANCING, finding)
        elif SALES in own:
            if names_car:
                self._wishes.add(SALES, finding)
        elif {INFO, Intent.PERSON_REQUEST, Intent.OUT_OF_SCOPE} & set(own):
            return
        elif any(other.slot in FINANCING_SLOTS for other in clause.findings) or (
            before is FINANCING and (names_car or self._wishes.holds(FINANCING)) and not self._wishes.holds(CAR)
        ):
            self._wishes.add(FINANCING, finding)
        elif before is SALES and names_car:
            self._wishes.add(SALES, finding)
        elif before is CAR and self._wishes.holds(CAR):
            self._wishes.add(CAR, finding)
        else:
            self._undecided.append(finding)

    def _settle(self) -> None:
        """What no clause decided: criteria make a search, a place or a day a visit or a question."""
        wishes = [f for f in self._undecided if f.slot in SEARCH_SLOTS | CAR_SLOTS | {"car", "reference"}]
        if wishes and not (self._meaning.went_off_topic and not any(finding.slot in SURE_WISHES for finding in wishes)):
            target = self._target_of(wishes)
            for finding in wishes:
                self._wishes.add(target, finding)
        for finding in self._undecided:
            if finding not in wishes:
                self._settle_detail(finding)

    def _target_of(self, wishes: Sequence[Finding]) -> Intent:
        slots = {finding.slot for finding in wishes}
        if self._about_payments() and slots <= _LONE | {"reference"}:
            return FINANCING
        if self._about_payments() and "reference" in slots | self._asked_which() and slots <= {"reference", "car"}:
            return FINANCING
        if self._wishes.holds(SALES) and slots <= {"reference", "car"}:
            return SALES
        points = bool(slots & {"reference", "sort"}) and slots <= {"reference", "car", "sort"}
        if points and self._state.shown and self._topic in (FINANCING, SALES) and not self._wishes.holds(CAR):
            return self._topic
        return CAR

    def _about_payments(self) -> bool:
        return self._wishes.holds(FINANCING) and not self._wishes.holds(CAR)

    def _asked_which(self) -> set[str]:
        """ "De un cavalier, a 60 meses" answers "¿de qué auto?"."""
        return {"reference"} if self._state.pending is PendingQuestion.WHICH_CAR else set()

    def _settle_detail(self, finding: Finding) -> None:
        """A place, a day or a name that stands alone."""
        nothing_else = self._wishes.is_empty
        if self._wishes.holds(Intent.OUT_OF_SCOPE) and len(self._wishes.in_order()) == 1:
            return
        if finding.slot == "day":
            under_way = self._state.lead is not None or bool(self._state.shown)
            if self._wishes.holds(SALES) or (nothing_else and under_way):
                self._wishes.add(SALES, finding)
            return
        order = _OWNERS_OF_NAMES if finding.slot == "customer_name" else _OWNERS_OF_PLACES
        alone = Intent.GREETING if finding.slot == "customer_name" else INFO
        target = next((intent for intent in order if self._wishes.holds(intent)), alone)
        self._wishes.add(target, finding)


def _outside_of_name(findings: list[Finding], asked: bool) -> list[Finding]:
    """The answer "Leon Brown" to "¿a nombre de quién?" holds neither a car nor a colour."""
    name = next((finding for finding in findings if finding.slot == "customer_name"), None)
    if name is None or not asked:
        return findings
    return [f for f in findings if f is name or not (name.start <= f.start < name.end)]
