"""Which wishes a message holds and which of them each finding belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.intents import Intent
from bot_core.offline.clauses import Clause, cut
from bot_core.offline.cues import Cue
from bot_core.offline.findings import CAR_SLOTS, FINANCING_SLOTS, SEARCH_SLOTS, Finding
from bot_core.offline.message import Message, wanted_cars
from bot_core.offline.wishbook import WishBook
from bot_core.sessions.references import POINTING
from bot_core.sessions.state import ConversationState, PendingQuestion

CAR, FINANCING, INFO, SALES = Intent.CAR_RECOMMENDATION, Intent.FINANCING, Intent.GENERAL_INFO, Intent.SALES
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
        intents = self._cued(clause)
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

    def _cued(self, clause: Clause) -> list[tuple[Intent, Cue]]:
        """Intents that the clause's own words name, in their order; the surer silences the vaguer."""
        found: dict[Intent, Cue] = {}
        for cue in clause.cues:
            intent = self._meaning(cue, clause)
            if intent:
                found.setdefault(intent, cue)
        for weaker in _silenced(set(found), clause):
            found.pop(weaker, None)
        return sorted(found.items(), key=lambda item: item[1].start)

    def _meaning(self, cue: Cue, clause: Clause) -> Intent | None:
        slots = {finding.slot for finding in clause.findings}
        match cue.group:
            case "person":
                return Intent.PERSON_REQUEST
            case "sales" | "trade_in_wish":
                return SALES
            case "see":
                return SALES if "day" in slots and not clause.has("info", "info_strong", "search") else None
            case "financing" | "financing_topic":
                return FINANCING
            case "info_strong":
                return INFO
            case "info":
                about_car = clause.has("search") and slots & (SEARCH_SLOTS | {"car"})
                return None if about_car else INFO
            case "out_of_scope":
                return Intent.OUT_OF_SCOPE
            case "greeting" | "identity":
                return Intent.GREETING
            case "search" | "some_car" | "price_ask" | "have" | "detail_ask":
                return self._searching(cue, clause, slots)
        return None

    def _searching(self, cue: Cue, clause: Clause, slots: set[str]) -> Intent | None:
        others = ("info_strong", "info", "person", "sales", "trade_in_wish", "out_of_scope")
        about = bool(slots & (SEARCH_SLOTS | {"car", "reference"})) or clause.has("car_noun", "some_car")
        if cue.group == "search":
            return CAR if about or not clause.has(*others, "financing", "financing_topic") else None
        if clause.has(*others, "financing", "financing_topic") or slots & FINANCING_SLOTS:
            return None
        if cue.group in ("price_ask", "detail_ask"):
            known = bool(self._state.chosen) or len(self._state.shown) == 1
            return CAR if about or known or (cue.group == "price_ask" and self._state.shown) else None
        return CAR if about or cue.group == "some_car" else None

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
        elif FINANCING in own or any(other.slot in FINANCING_SLOTS for other in clause.findings):
            self._wishes.add(FINANCING, finding)
        elif SALES in own:
            if names_car:
                self._wishes.add(SALES, finding)
        elif {INFO, Intent.PERSON_REQUEST, Intent.OUT_OF_SCOPE} & set(own):
            return
        elif before is FINANCING and (names_car or self._wishes.holds(FINANCING)) and not self._wishes.holds(CAR):
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
        if wishes:
            target = self._target_of(wishes)
            for finding in wishes:
                self._wishes.add(target, finding)
        for finding in self._undecided:
            if finding not in wishes:
                self._settle_detail(finding)

    def _target_of(self, wishes: Sequence[Finding]) -> Intent:
        slots = {finding.slot for finding in wishes}
        if self._wishes.holds(FINANCING) and not self._wishes.holds(CAR) and slots <= _LONE | {"reference"}:
            return FINANCING
        if self._wishes.holds(SALES) and slots <= {"reference", "car"}:
            return SALES
        points = bool(slots & {"reference", "sort"}) and slots <= {"reference", "car", "sort"}
        if points and self._state.shown and self._topic in (FINANCING, SALES) and not self._wishes.holds(CAR):
            return self._topic
        return CAR

    def _settle_detail(self, finding: Finding) -> None:
        """A place, a day or a name that stands alone."""
        nothing_else = self._wishes.is_empty
        if finding.slot == "day":
            under_way = self._state.lead is not None or bool(self._state.shown)
            if self._wishes.holds(SALES) or (nothing_else and under_way):
                self._wishes.add(SALES, finding)
            return
        order = _OWNERS_OF_NAMES if finding.slot == "customer_name" else _OWNERS_OF_PLACES
        alone = Intent.GREETING if finding.slot == "customer_name" else INFO
        target = next((intent for intent in order if self._wishes.holds(intent)), alone)
        self._wishes.add(target, finding)


def _silenced(found: set[Intent], clause: Clause) -> set[Intent]:
    """Intents whose words serve a surer one in the same clause: "documentos para el crédito" asks for documents."""
    silenced: set[Intent] = set()
    if INFO in found and clause.has("info_strong"):
        silenced |= {FINANCING, SALES}
    elif INFO in found and (SALES in found or clause.has("financing_topic")):
        silenced.add(INFO)
    if Intent.PERSON_REQUEST in found:
        silenced |= {Intent.PERSON_REQUEST} if SALES in found else {INFO, FINANCING}
    if found - {Intent.OUT_OF_SCOPE} and CAR not in found:
        silenced.add(Intent.OUT_OF_SCOPE)
    return silenced


def _outside_of_name(findings: list[Finding], asked: bool) -> list[Finding]:
    """The answer "Leon Brown" to "¿a nombre de quién?" holds neither a car nor a colour."""
    name = next((finding for finding in findings if finding.slot == "customer_name"), None)
    if name is None or not asked:
        return findings
    return [f for f in findings if f is name or not (name.start <= f.start < name.end)]
