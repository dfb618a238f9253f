"""From the release that is served to a candidate: what is changed, under a new name."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from bot_core.errors import ConfigurationError
from bot_core.messages import utc_now
from bot_core.releases.release import AgentDefinition, AgentName, Release

_CALLS_IN_A_TURN = 2.5
"""Intention and reply, and now and then a repair."""


def candidate(
    base: Release, changes: Mapping[AgentName, AgentDefinition], *, release_id: str, description: str
) -> Release:
    """`base` with some agents replaced. A turn is given time for the calls of the models that are new in it.
    Raises ConfigurationError for a name that is no id."""
    agents = {name: changes.get(name, agent) for name, agent in base.agents.items()}
    other = [agent.settings for name, agent in changes.items() if agent.settings != base.agents[name].settings]
    slowest = max((settings.timeout_seconds for settings in other), default=0.0)
    patience = max(base.behaviour.turn_timeout_seconds, slowest * _CALLS_IN_A_TURN)
    behaviour = base.behaviour.model_copy(update={"turn_timeout_seconds": patience})
    fields = base.model_dump(exclude={"release_id", "description", "created_at", "agents", "behaviour"})
    try:
        return Release(
            release_id=release_id,
            description=description,
            agents=agents,
            behaviour=behaviour,
            created_at=utc_now(),
            **fields,
        )
    except ValidationError as error:
        raise ConfigurationError(
            f"{release_id!r} cannot name a release", hint="lower case letters, digits, '.', '_' and '-'"
        ) from error


def changed_agents(one: Release, other: Release) -> dict[AgentName, dict[str, tuple[object, object]]]:
    """What differs, by agent and field: {financing: {"prompt": ("financing/v001", "financing/v002")}}."""
    found = {}
    for name in AgentName:
        before, after = _fields(one, name), _fields(other, name)
        differing = {field: (before.get(field), after.get(field)) for field in {**before, **after}}
        differing = {field: pair for field, pair in differing.items() if pair[0] != pair[1]}
        if differing:
            found[name] = differing
    return found


def changed_rules(one: Release, other: Release) -> dict[str, tuple[object, object]]:
    """What differs in behaviour and financing, by field."""
    before = one.behaviour.model_dump() | one.financing.model_dump(mode="json")
    after = other.behaviour.model_dump() | other.financing.model_dump(mode="json")
    return {field: (before[field], after[field]) for field in before if before[field] != after[field]}


def _fields(release: Release, agent: AgentName) -> dict[str, object]:
    definition = release.agents.get(agent)
    return {"prompt": definition.prompt, **definition.settings.model_dump()} if definition else {}
