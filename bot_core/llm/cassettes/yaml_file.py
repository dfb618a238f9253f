"""Cassettes as YAML that people read and diff: texts as blocks, a schema written once, a stable order."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from bot_core.errors import CassetteError
from bot_core.llm.cassettes.cassette import (
    FORMAT,
    AgentRecord,
    CaseKey,
    Cassette,
    Header,
    HttpRequest,
    HttpResponse,
    Interaction,
)
from bot_core.llm.cassettes.filtering import refuse_secrets

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCHEMA_FIELDS = ("response_format", "format", "tools")
_SHARED = "$shared"
_AGENTS, _INTERACTIONS = "\nagents:", "\ninteractions:"
"""Where the parts of a file begin."""


class _Dumper(yaml.SafeDumper):
    """The pure-Python dumper: libyaml's would escape emoji and then give up on blocks."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_block)


def readable(value: Any) -> str:
    """YAML text of plain values, keys in their order, no line folded."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 20)


def load(path: Path) -> Cassette:
    """The cassette at `path`. Raises CassetteError that names file and field."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
        if data["format"] != FORMAT:
            raise CassetteError(f"{path}: format {data['format']}, this version reads {FORMAT}")
        entries, shared = data["interactions"], data.get("shared", {})
        return Cassette(_header(data), tuple(_interaction(entry, shared) for entry in entries))
    except (OSError, yaml.YAMLError) as error:
        raise CassetteError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CassetteError(f"{path}: not a cassette, {type(error).__name__}: {error}") from error


def load_answers(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """The case, and each interaction as it is written, without the schemas that the file shares: a third of the time
    of `load`, for who only counts. Raises CassetteError."""
    try:
        text = path.read_text(encoding="utf-8")
        head, _, interactions = text.partition(_INTERACTIONS)
        case = yaml.load(head.partition(_AGENTS)[0], Loader=_LOADER)["case"]  # noqa: S506 - a safe loader
        return case, yaml.load(interactions, Loader=_LOADER) or []  # noqa: S506 - a safe loader
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise CassetteError(f"{path}: not a cassette, {type(error).__name__}: {error}") from error


def recorded_on(path: Path) -> str:
    """The date of the recording, "2026-11-24"; reads no more than the file's head. Raises CassetteError."""
    try:
        head = path.read_text(encoding="utf-8").partition(_AGENTS)[0]
        return str(yaml.load(head, Loader=_LOADER)["recorded_at"])  # noqa: S506 - a safe loader
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise CassetteError(f"{path}: not a cassette, {type(error).__name__}: {error}") from error


def save(path: Path, cassette: Cassette) -> None:
    """Write atomically. Raises CassetteError rather than write a key."""
    text = dumped(cassette)
    refuse_secrets(text, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".yaml.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def dumped(cassette: Cassette) -> str:
    """The file's text."""
    header = cassette.header
    shared: dict[str, Any] = {}
    interactions = [_entry(interaction, shared) for interaction in cassette.interactions]
    data: dict[str, Any] = {
        "format": FORMAT,
        "dataset": header.key.dataset,
        "variant": header.key.variant,
        "case": header.key.case,
        "wire": header.wire,
        "recorded_at": header.recorded_at,
        "litellm": header.litellm,
    }
    if header.model_sha256:
        data["model_sha256"] = header.model_sha256
    data["agents"] = {
        name: {"prompt": agent.prompt, "prompt_hash": agent.prompt_hash, "settings": agent.settings}
        for name, agent in sorted(header.agents.items())
    }
    return _comment(header) + readable({**data, "shared": dict(sorted(shared.items())), "interactions": interactions})


def _comment(header: Header) -> str:
    if header.wire == "real":
        return f"# Recorded model traffic of one case. Record it again with: {header.key.record_command}\n"
    return "# A wire format, from the fake model server of tests/fakes: no model has said this.\n"


def _header(data: dict[str, Any]) -> Header:
    return Header(
        key=CaseKey(data["dataset"], data["variant"], data["case"]),
        wire=data["wire"],
        recorded_at=data["recorded_at"],
        litellm=data["litellm"],
        model_sha256=data.get("model_sha256"),
        agents={name: AgentRecord(**agent) for name, agent in data["agents"].items()},
    )


def _interaction(entry: dict[str, Any], shared: dict[str, Any]) -> Interaction:
    request = dict(entry["request"])
    request["body"] = _expanded(request["body"], shared)
    return Interaction(
        turn=entry["turn"],
        agent=entry["agent"],
        purpose=entry["purpose"],
        prompt=entry["prompt"],
        seconds=entry["seconds"],
        request=HttpRequest(**request),
        response=HttpResponse(**entry["response"]),
    )


def _entry(interaction: Interaction, shared: dict[str, Any]) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    answer: dict[str, Any] = {"status": response.status, "headers": response.headers, "body": response.body}
    return {
        "turn": interaction.turn,
        "agent": interaction.agent,
        "purpose": interaction.purpose,
        "prompt": interaction.prompt,
        "seconds": interaction.seconds,
        "request": {
            "method": request.method,
            "host": request.host,
            "path": request.path,
            "body": _collapsed(request.body, shared),
        },
        "response": {"failure": response.failure} if response.failure else answer,
    }


def _collapsed(body: Any, shared: dict[str, Any]) -> Any:
    """`body` with its schemas moved to `shared`: each is written once, and a change of it is one diff."""
    if not isinstance(body, dict):
        return body
    collapsed = dict(body)
    for name in _SCHEMA_FIELDS:
        if isinstance(body.get(name), dict | list):
            text = json.dumps(body[name], sort_keys=True)
            reference = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
            shared[reference] = body[name]
            collapsed[name] = {_SHARED: reference}
    return collapsed


def _expanded(body: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(body, dict):
        return body
    expanded = dict(body)
    for name in _SCHEMA_FIELDS:
        if isinstance(body.get(name), dict) and _SHARED in body[name]:
            expanded[name] = shared[body[name][_SHARED]]
    return expanded
