"""What matches, and when nothing does, what is nearest and which wish was given up for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria, SearchResult
from bot_core.catalog.columns import CarColumns, Mask
from bot_core.catalog.ranking import Match, ranked

_NAMES = frozenset({Constraint.MAKE, Constraint.MODEL})
_BITS = {constraint: 1 << place for place, constraint in enumerate(Constraint)}

Failures = npt.NDArray[np.uint16]
Relaxation = tuple[Constraint, ...]


def search(
    criteria: SearchCriteria,
    cars: Sequence[Car],
    columns: CarColumns,
    *,
    absent: tuple[CarWish, ...],
    excluded: Mask,
    limit: int,
) -> SearchResult:
    """`absent` are the wishes of which the catalogue holds no car; `excluded` marks cars not to come back."""
    asked = _present(criteria, absent, columns)
    masks = columns.masks(asked)
    failures = _failures(masks, len(cars))
    relaxed = _least_relaxation(masks, failures[~excluded])
    if relaxed is None:
        return SearchResult(criteria=asked, cars=(), total=0, absent=absent)
    fits = (failures & ~np.uint16(_bits(relaxed))) == 0
    match = Match(asked, relaxed, absent, np.flatnonzero(fits & ~excluded), np.flatnonzero(fits))
    return SearchResult(
        criteria=asked,
        cars=ranked(match, cars, columns, limit),
        total=len(match.indices),
        relaxed=relaxed,
        absent=absent,
    )


def _present(criteria: SearchCriteria, absent: tuple[CarWish, ...], columns: CarColumns) -> SearchCriteria:
    """The criteria without the wishes that cannot be met; an absent model alone leaves its make, if in stock."""
    if not absent:
        return criteria
    wishes = tuple(wish for wish in criteria.wishes if wish not in absent)
    if not wishes:
        makes = dict.fromkeys(wish.make for wish in absent if wish.model and columns.has_make(wish.make))
        wishes = tuple(CarWish(make=make) for make in makes)
    return criteria.model_copy(update={"wishes": wishes})


def _failures(masks: Mapping[Constraint, Mask], count: int) -> Failures:
    """For each car a bit for every constraint that it fails."""
    failures = np.zeros(count, np.uint16)
    for constraint, mask in masks.items():
        failures[~mask] |= np.uint16(_BITS[constraint])
    return failures


def _least_relaxation(masks: Mapping[Constraint, Mask], failures: Failures) -> Relaxation | None:
    """The first relaxation under which any car fits: () when nothing has to be given up, None without cars."""
    kinds = np.flatnonzero(np.bincount(failures)).tolist() if len(failures) else []
    return next((given_up for given_up in _relaxations(masks) if any(_fits(kind, given_up) for kind in kinds)), None)


def _fits(failed: int, given_up: Relaxation) -> bool:
    return failed & ~_bits(given_up) == 0


def _bits(constraints: Sequence[Constraint]) -> int:
    return sum(_BITS[constraint] for constraint in constraints)


def _relaxations(masks: Mapping[Constraint, Mask]) -> Iterator[Relaxation]:
    """None, then one constraint at a time in the order of Constraint, then pairs… The name of the car goes last."""
    soft = [constraint for constraint in Constraint if constraint in masks and constraint not in _NAMES]
    for size in range(len(soft) + 1):
        yield from combinations(soft, size)
    for names in ((Constraint.MODEL, Constraint.VERSION), (Constraint.MAKE, Constraint.MODEL, Constraint.VERSION)):
        gone = tuple(name for name in names if name in masks)
        others = [constraint for constraint in soft if constraint not in gone]
        for size in range(len(others) + 1):
            yield from ((*more, *gone) for more in combinations(others, size))
