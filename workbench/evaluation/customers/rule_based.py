"""A customer without a model: reads what the bot asks, answers from what it knows, and goes on towards its goal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot_core.messages import QuickReply
from bot_core.normalization import fold
from workbench.evaluation.customers.customer import Exchange
from workbench.evaluation.customers.listening import Heard, heard_in, phrase_table
from workbench.evaluation.customers.records import Habit, Leave, Move, Say
from workbench.evaluation.customers.style import fact, plain, written
from workbench.evaluation.customers.whatsapp import Phone
from workbench.evaluation.dataset.personas import KnownFacts, Outcome, Persona

_ANSWERS = (
    (Heard.ASKS_NAME, "name"),
    (Heard.ASKS_DAY, "day"),
    (Heard.ASKS_BRANCH, "branch"),
    (Heard.ASKS_CITY, "city"),
    (Heard.ASKS_WHICH_CAR, "which_one"),
    (Heard.ASKS_DOWN_PAYMENT, "down_payment"),
    (Heard.ASKS_BUDGET, "budget_answer"),
)
_PAYLOADS = {
    "appointment": "appointment",
    "plan": "financing",
    "person": "person",
    "more": "more",
    "which_one": "car:1",
}
_REQUESTS = {Outcome.APPOINTMENT_RECORDED: "appointment", Outcome.RESERVATION_RECORDED: "reservation"}
_ASKS_FIRST = (Outcome.INFO_GIVEN, Outcome.HANDED_OFF, Outcome.DECLINED)
_ALWAYS = {
    Outcome.INFO_GIVEN: "anything",
    Outcome.HANDED_OFF: "person",
    Outcome.DECLINED: "haggle",
    Outcome.OPTED_OUT: "opt_out",
    Outcome.TRADE_IN_RECORDED: "trade_in",
}
_SAME_REPLIES = 3
_TYPES_A_BUTTON = 0.15


class RuleBasedCustomer:
    """Deterministic by persona and seed, given the same replies. Sees only texts and buttons."""

    def __init__(self, persona: Persona, seed: int) -> None:
        self._persona = persona
        self._knows = persona.knows
        self._rng = random.Random(f"{persona.id}.{seed}")
        self._phrases: Mapping[str, Any] = phrase_table()[persona.style.language.value]
        self._phone = Phone(persona, f"{persona.id}.{seed}", self._rng, nudges=self._phrases["nudge"])
        self._first = self._rng.randrange(100)
        self._used: Counter[str] = Counter()
        self._questions = list(persona.knows.questions)
        self._tapped: set[str] = set()

    async def next_move(self, exchanges: Sequence[Exchange]) -> Move:
        turn = len(exchanges) + 1
        if not exchanges:
            return self._phone.type(self._persona.opening, turn)
        if len(exchanges) >= self._persona.patience or _is_stuck(exchanges):
            return Leave(satisfied=False)
        wish = self._next_wish(exchanges)
        button = self._button(wish, exchanges[-1].reply.quick_replies)
        if button and self._persona.whatsapp.taps_buttons:
            self._tapped.add(button.payload)
            return self._phone.tap(button, turn)
        if button and self._rng.random() < _TYPES_A_BUTTON:
            typed = self._phone.type([button.title], turn)
            return typed.model_copy(update={"habits": (*typed.habits, Habit.TYPED_BUTTON)})
        return self._typed(wish, turn)

    def _typed(self, wish: str, turn: int) -> Say:
        meant = self._words(wish)
        text = written(meant, self._persona.style, self._phrases, self._rng)
        return self._phone.type([text], turn, meant=plain(meant))

    def _next_wish(self, exchanges: Sequence[Exchange]) -> str:
        """What to say, as a key of the phrases: an answer if there is a question, else the next step."""
        heard = heard_in(exchanges[-1].reply.text)
        answer = next((wish for question, wish in _ANSWERS if question in heard), None)
        if answer and (self._is_known(answer) or self._used["unknown"] == 0):
            return answer if self._is_known(answer) else "unknown"
        return self._step([heard_in(exchange.reply.text) for exchange in exchanges])

    def _step(self, heard: Sequence[frozenset[Heard]]) -> str:
        """The next step towards the goal, whatever was asked."""
        outcome = self._persona.goal.outcome
        if outcome in _ASKS_FIRST and self._questions:
            return "question"
        if outcome in _ALWAYS:
            return _ALWAYS[outcome]
        if outcome is Outcome.PLAN_SHOWN and self._knows.monthly_budget is not None:
            return "monthly" if self._knows.down_payment is not None else "monthly_open"
        saw_cars = any(Heard.SHOWS_CARS in one for one in heard)
        return self._about_cars(outcome) if saw_cars else "wish"

    def _about_cars(self, outcome: Outcome) -> str:
        """Cars were shown: what is wanted of them?"""
        if outcome is Outcome.PLAN_SHOWN:
            return "plan" if self._knows.down_payment is not None and self._knows.term_months else "plan_open"
        if outcome in _REQUESTS:
            return _REQUESTS[outcome]
        return self._rng.choice(["more", "cheapest", "wish"]) if self._used["wish"] else "wish"

    def _is_known(self, wish: str) -> bool:
        match wish:
            case "budget_answer":
                return self._knows.price_max is not None
            case "branch":
                return bool(self._knows.branch or self._knows.city)
            case "which_one":
                return True
        return getattr(self._knows, wish) is not None

    def _words(self, wish: str) -> str:
        """A phrase for `wish`, another one each time, its facts protected."""
        self._used[wish] += 1
        if wish == "question":
            return self._questions.pop(0)
        if wish == "branch" and not self._knows.branch:
            wish = "city"
        choices = self._phrases[wish]
        return str(choices[(self._first + self._used[wish]) % len(choices)]).format_map(self._facts())

    def _facts(self) -> dict[str, str]:
        knows = self._knows
        amounts = ("price_max", "down_payment", "monthly_budget", "km_max")
        given = {name: fact(self._amount(value)) for name in amounts if (value := getattr(knows, name)) is not None}
        names = ("name", "day", "branch", "city", "term_months", "own_car")
        given |= {name: fact(value) for name in names if (value := getattr(knows, name)) is not None}
        return given | {"car": self._car(knows)} | self._parts(given)

    def _parts(self, given: Mapping[str, str]) -> dict[str, str]:
        """Optional parts of a wish: empty when the customer does not care."""
        phrases, knows = self._phrases, self._knows
        features = "".join(phrases["feature"][feature.value] for feature in knows.features)
        return {
            "transmission": phrases["transmission"][knows.transmission.value] if knows.transmission else "",
            "budget": self._rng.choice(phrases["budget"]).format_map(given) if "price_max" in given else "",
            "km": (phrases["km"].format_map(given) if "km_max" in given else "") + features,
        }

    def _car(self, knows: KnownFacts) -> str:
        if knows.make:
            form = self._phrases["car_model" if knows.model else "car_make"]
            return str(form.format(make=fact(knows.make), model=fact(knows.model)))
        return str(self._phrases["body"][knows.body_type.value] if knows.body_type else self._phrases["car_any"])

    def _amount(self, value: Decimal | int) -> str:
        thousands, rest = divmod(int(value), 1_000)
        if rest or thousands >= 1_000:
            return f"{int(value):,}"
        return str(self._rng.choice(self._phrases["thousand"]).format(n=thousands))

    def _button(self, wish: str, buttons: Sequence[QuickReply]) -> QuickReply | None:
        """The button that says what the customer wants to say. None is tapped twice: then words are needed."""
        payload = _PAYLOADS.get(wish)
        said = {fold(value) for value in (self._knows.day, self._knows.branch) if value}
        for button in buttons:
            if button.payload in self._tapped:
                continue
            if button.payload == payload or (wish in ("day", "branch") and fold(button.title) in said):
                return button
        return None


def _is_stuck(exchanges: Sequence[Exchange]) -> bool:
    last = [exchange.reply.text for exchange in exchanges[-_SAME_REPLIES:]]
    return len(last) == _SAME_REPLIES and len(set(last)) == 1
