"""Logs as JSON lines. They carry tracking ids and pseudonyms of customers, never what a person wrote or is called."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

# Ten digits and more are a telephone number, unless they stand within a hexadecimal id.
_PERSONAL = re.compile(r"(?<![0-9a-fA-F])(?<!SM)(?<!MM)\+?\d{10,15}(?![0-9a-fA-F])|whatsapp:\S+")
_SECRET_NAMES = frozenset(
    {
        "body",
        "text",
        "from",
        "sender",
        "to",
        "recipient",
        "address",
        "phone",
        "profile_name",
        "token",
        "auth_token",
        "signature",
    }
)
_NOISY = ("twilio.http_client", "dbos", "alembic", "urllib3", "werkzeug", "gunicorn.access", "LiteLLM")


def configure_logs(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """For a process of the channel: our events and the libraries' warnings, one JSON object a line."""
    import structlog

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        # Twilio's client logs whole requests, bodies included.
        logging.getLogger(name).setLevel(logging.WARNING)


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The last guard: a library's message or a traceback may quote what it was given."""
    for name, value in event.items():
        if name in _SECRET_NAMES:
            event[name] = "[removed]"
        elif isinstance(value, str):
            event[name] = _PERSONAL.sub("[removed]", value)
    return event


def is_personal(name: str, value: object) -> bool:
    """May not leave the process under this name, or at all."""
    return name in _SECRET_NAMES or (isinstance(value, str) and _PERSONAL.search(value) is not None)


@contextmanager
def logged_with(**ids: str) -> Iterator[None]:
    """Every line inside carries these ids, those of libraries and of bot_core too."""
    import structlog

    with structlog.contextvars.bound_contextvars(**ids):
        yield


def log(name: str) -> Any:
    """A logger of events: `log(__name__).info("stored", customer=…, message=…)`."""
    import structlog

    return structlog.stdlib.get_logger(name)
