"""Variants as they are written on the command line: "B=local,financing=financing/v002,guardrails=off"."""

from __future__ import annotations

from pydantic import ValidationError

from bot_core.errors import UserError
from bot_core.llm.discovery import available_models
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentName
from bot_core.settings import load_settings
from workbench.records import VariantSpec
from workbench.runner.bots import model_settings

_FORM = "NAME=RELEASE[,AGENT=PROMPT][,AGENT.model=MODEL][,model=MODEL][,guardrails=on|off]"
_FORM_OF_PARAMETERS = "AGENT.temperature=0.7 and AGENT.max_tokens=400 go with AGENT.model, model or --model"
_OF_AGENT = ("model", "temperature", "max_tokens")
_SWITCH = {"on": True, "off": False}


def parsed_variant(text: str, model: ModelSettings | None) -> VariantSpec:
    """`model` is for every agent of a variant that names none itself. Raises UserError."""
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
            models={agent: _settings(agent, given, model, text) for agent, given in of_agents.items()},
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


def _settings(agent: AgentName, given: dict[str, str], model: ModelSettings | None, text: str) -> ModelSettings:
    """Of its own model, else the variant's. Pydantic's ValidationError names a value that is none."""
    base = settings_of(given["model"]) if "model" in given else model
    if base is None:
        raise UserError(f"--variant {text!r}: {agent.value} has parameters, but no model", hint=_FORM_OF_PARAMETERS)
    return ModelSettings.model_validate(base.model_dump() | {key: given[key] for key in given if key != "model"})
