"""Variants as they are written on the command line: "B=local,financing=financing/v002,guardrails=off"."""

from __future__ import annotations

import math
from contextlib import closing

from pydantic import ValidationError

from bot_core.errors import UserError
from bot_core.llm.discovery import available_models
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.releases.release import AgentName, Release
from bot_core.settings import load_settings
from workbench.records import VariantSpec
from workbench.runner.bots import model_settings

_FORM = "NAME=RELEASE[,AGENT=PROMPT][,AGENT.model=MODEL][,AGENT.PARAMETER=VALUE][,model=MODEL][,guardrails=on|off]"
_OF_AGENT = ("model", "temperature", "max_tokens", "seed", "timeout_seconds")
_WITHOUT_SEED = ("seed", "none")
_SWITCH = {"on": True, "off": False}


def parsed_variant(text: str, model: ModelSettings | None) -> VariantSpec:
    """`model` is for every agent of a variant that names none itself. Raises UserError.

    An agent's parameters go with its own model: the one named for it, the variant's, or the release's.
    """
    head, *changes = text.split(",")
    name, separator, release = head.partition("=")
    if not separator:
        name = release = head
    prompts: dict[AgentName, str] = {}
    of_agents: dict[AgentName, dict[str, str]] = {}
    guardrails: bool | None = None
    for change in changes:
        key, equals, value = change.partition("=")
        agent, dot, setting = key.partition(".")
        if not equals or not value:
            raise UserError(f"--variant {text!r}: {change!r} is no change", hint=_FORM)
        if key == "model":
            model = settings_of(value)
        elif key == "guardrails":
            guardrails = _switched(value, text)
        elif dot:
            of_agents.setdefault(_agent(agent, text), {})[_setting(setting, text)] = value
        else:
            prompts[_agent(key, text)] = value
    try:
        return VariantSpec(
            name=name.strip(),
            release_id=release.strip(),
            model=model,
            models=_models(of_agents, model, release.strip(), text),
            prompts=prompts,
            guardrails=guardrails,
        )
    except ValidationError as error:
        fault = error.errors()[0]
        said = fault["msg"].removeprefix("Value error, ")
        raise UserError(f"--variant {text!r}: {fault['loc'][0]}: {said}", hint=_FORM) from error


def settings_of(model: str, api_base: str | None = None, *, at_once: int = 8) -> ModelSettings:
    """As the discovery found it on this machine, else the provider's, with `at_once` calls for a start."""
    if api_base:
        return ModelSettings(model=model, api_base=api_base, max_concurrency=at_once)
    load_settings()  # a key or Ollama's address may stand in `.env`
    found = next((each for each in available_models() if each.model == model), None)
    return model_settings(found) if found else ModelSettings(model=model, max_concurrency=at_once)


def _agent(name: str, text: str) -> AgentName:
    try:
        return AgentName(name)
    except ValueError:
        known = ", ".join(agent.value for agent in AgentName)
        raise UserError(f"--variant {text!r}: no agent {name!r}", hint=f"known: {known}") from None


def _setting(name: str, text: str) -> str:
    if name not in _OF_AGENT:
        raise UserError(f"--variant {text!r}: no setting {name!r} of an agent", hint=f"known: {', '.join(_OF_AGENT)}")
    return name


def _switched(value: str, text: str) -> bool:
    if value not in _SWITCH:
        raise UserError(f"--variant {text!r}: guardrails={value}: on or off is expected")
    return _SWITCH[value]


def _models(
    of_agents: dict[AgentName, dict[str, str]], model: ModelSettings | None, release_id: str, text: str
) -> dict[AgentName, ModelSettings]:
    """Pydantic's ValidationError names a value that is none."""
    if model is None and any("model" not in given for given in of_agents.values()):
        own = {name: agent.settings for name, agent in _release(release_id).agents.items()}
    else:
        own = {}
    models = {}
    for agent, given in of_agents.items():
        base = settings_of(given["model"]) if "model" in given else model or own[agent]
        if base.model == OFFLINE_MODEL and len(given) > ("model" in given):
            raise UserError(f"--variant {text!r}: {agent.value} asks no model: parameters change nothing", hint=_FORM)
        changes = {key: None if (key, value) == _WITHOUT_SEED else value for key, value in given.items()}
        models[agent] = ModelSettings.model_validate(base.model_dump() | changes | {"model": base.model})
        if not math.isfinite(models[agent].timeout_seconds):
            raise UserError(f"--variant {text!r}: {agent.value}.timeout_seconds: a finite number is expected")
    return models


def _release(release_id: str) -> Release:
    """Of the files, or of the operational store. Raises ConfigurationError."""
    from bot_core.store.names import NamedBundles

    with closing(NamedBundles(load_settings().store_url)) as names:
        return names.releases.get(release_id)
