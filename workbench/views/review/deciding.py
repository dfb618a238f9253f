"""What a key or a button does: move, rate, approve, reject. The same for both."""

from __future__ import annotations

from bot_core.errors import KavakBotError
from bot_core.store.reviews import Annotation, ReviewVerdict
from workbench import session
from workbench.roles import Role
from workbench.runner.review.items import ReviewItem
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.views.review import place

RATINGS = ("1", "2", "3", "4", "5")
FIELDS = ("rating", "tags", "correction", "notes")
KEYS = ("j", "k", "s", "a", "r", *RATINGS)
_VERDICTS = {"a": ReviewVerdict.PASS, "r": ReviewVerdict.FAIL}


def press(key: str) -> None:
    items = place.queue()
    if not items:
        return
    item = items[place.position(items)]
    if key in ("j", "s"):
        place.move(1)
    elif key == "k":
        place.move(-1)
    elif key in _VERDICTS:
        decide(item, _VERDICTS[key])
    elif session.may(Role.EDITOR):
        place.type_in("rating", item, key)


def decide(item: ReviewItem, verdict: ReviewVerdict) -> None:
    """Keep what the form says with this verdict, and go on to the next reply."""
    if not session.may(Role.EDITOR):
        place.tell(section("role_needed")["editor"])
        return
    desk = session.workbench().review
    rating = place.typed("rating", item)
    try:
        annotation = Annotation(
            tracking_id=item.tracking_id,
            annotator=session.who(),
            conversation_id=item.conversation_id,
            verdict=verdict,
            rating=int(rating) if rating in RATINGS else None,
            correction=place.typed("correction", item) or "",
            tags=tuple(place.typed("tags", item) or ()),
            notes=place.typed("notes", item) or "",
        )
        desk.annotate(annotation, desk.read(item), expected_version=place.version(item))
    except KavakBotError as error:
        place.tell(say(error))
        return
    place.drop_draft(item)
    session.notify(text("review.approved") if verdict is ReviewVerdict.PASS else text("review.rejected"))
    place.move(1)
