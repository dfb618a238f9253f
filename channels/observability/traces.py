"""OpenTelemetry traces, when OTEL_EXPORTER_OTLP_ENDPOINT names a collector. Spans carry ids and figures, never what
a person wrote or is called, and no messages of exceptions: these may quote anything.

A turn's trace has its tracking_id as trace id, so that what a log line names is found in the collector, and the send
that another worker makes after a crash belongs to the same trace.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from bot_core.errors import ConfigurationError
from channels.observability.logs import is_personal

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

Value = str | int | float | bool


class Span(Protocol):
    def note(self, **attributes: Value | None) -> None:
        """Dots of an attribute's name are written as double underscores."""
        ...


class Traces(Protocol):
    def span(self, name: str, *, tracking_id: str | None = None, **attributes: Value | None) -> Any:
        """A context manager that gives a Span. Inside another span it is its child; with a `tracking_id` and outside
        of any it belongs to that turn's trace."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class NoTraces:
    """Nobody collects."""

    @contextmanager
    def span(self, name: str, *, tracking_id: str | None = None, **attributes: Value | None) -> Iterator[Span]:
        del name, tracking_id, attributes
        yield _NO_SPAN

    def close(self) -> None:
        """Nothing is left."""


class _NoSpan:
    def note(self, **attributes: Value | None) -> None:
        del attributes


_NO_SPAN = _NoSpan()


class CollectedTraces:
    """On OpenTelemetry's own SDK and OTLP over HTTP, set by its usual OTEL_ variables."""

    def __init__(self, service: str) -> None:
        """Raises ConfigurationError when the packages are missing."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise ConfigurationError(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed",
                hint="pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http",
            ) from error
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
        self._provider = TracerProvider(resource=Resource.create(named))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("channels")

    @contextmanager
    def span(self, name: str, *, tracking_id: str | None = None, **attributes: Value | None) -> Iterator[Span]:
        context = _context_of(tracking_id) if tracking_id else None
        with self._tracer.start_as_current_span(
            name, context=context, record_exception=False, set_status_on_exception=False
        ) as current:
            span = _OpenSpan(current)
            span.note(tracking_id=tracking_id, **attributes)
            try:
                yield span
            except BaseException as error:
                span.fail(type(error).__name__)
                raise

    def close(self) -> None:
        self._provider.shutdown()


class _OpenSpan:
    def __init__(self, span: Any) -> None:
        self._span = span

    def note(self, **attributes: Value | None) -> None:
        for name, value in attributes.items():
            if value is not None and not is_personal(name, value):
                self._span.set_attribute(name.replace("__", "."), value)

    def fail(self, kind: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        self.note(error__type=kind)
        self._span.set_status(Status(StatusCode.ERROR))


def open_traces(service: str) -> Traces:
    """By the environment. Raises ConfigurationError."""
    return CollectedTraces(service) if any(os.environ.get(name) for name in _ENDPOINTS) else NoTraces()


def _context_of(tracking_id: str) -> Any:
    """The turn's trace, unless a span is open already."""
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        get_current_span,
        set_span_in_context,
    )

    if get_current_span().get_span_context().is_valid:
        return None
    trace_id = int(tracking_id, 16)
    parent = SpanContext(trace_id, secrets.randbits(63) + 1, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(parent))
