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
_SWITCH = {"on": True, "off": False}


def parsed_variant(text: str, model: ModelSettings | None) -> VariantSpec:
    """`model` is for every agent of a variant that names none itself. Raises UserError."""
    head, *changes = text.split(",")
    name, separator, release = head.partition("=")
    if not separator:
        name = release = head
    prompts: dict[AgentName, str] = {}
    models: dict[AgentName, ModelSettings] = {}
    guardrails: bool | None = None
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not value:
            raise UserError(f"--variant {text!r}: {change!r} is no change", hint=_FORM)
        if key == "model":
            model = settings_of(value)
        elif key == "guardrails" and value in _SWITCH:
            guardrails = _SWITCH[value]
        elif key.endswith(".model"):
            models[_agent(key.removesuffix(".model"), text)] = settings_of(value)
        else:
            prompts[_agent(key, text)] = value
    try:
        return VariantSpec(
            name=name.strip(),
            release_id=release.strip(),
            model=model,
            models=models,
            prompts=prompts,
            guardrails=guardrails,
        )
    except ValidationError as error:
        fault = error.errors()[0]
        raise UserError(f"--variant {text!r}: {fault['loc'][0]}: {fault['msg']}", hint=_FORM) from error


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
