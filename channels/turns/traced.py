"""A span for each call to a remote model."""

from __future__ import annotations

from bot_core.llm.gateway import Answer, LLMGateway, LLMRequest, LLMResponse
from channels.observability.traces import Traces


class TracedGateway:
    """Raises what `inner` raises."""

    def __init__(self, inner: LLMGateway, traces: Traces) -> None:
        self._inner = inner
        self._traces = traces

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        with self._traces.span(
            "model call",
            tracking_id=request.tracking_id,
            agent=request.agent,
            purpose=request.purpose,
            prompt=request.prompt_id,
            gen_ai__request__model=request.settings.model,
        ) as span:
            response = await self._inner.complete(request)
            span.note(
                gen_ai__usage__input_tokens=response.usage.input_tokens,
                gen_ai__usage__output_tokens=response.usage.output_tokens,
                cost_usd=float(response.cost_usd),
            )
        return response
