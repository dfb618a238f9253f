"""What each variant was: its prompts, models and parameters, and what its traces say really answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot_core.errors import ConfigurationError, PromptError
from bot_core.prompts.library import PromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.build import variant_release
from workbench.evaluation.findings.prompt_diff import prompt_diff
from workbench.evaluation.findings.records import AgentSetting, ModelUse, PromptDiff
from workbench.records import CaseResult, VariantSpec

_LEFT_OUT = frozenset({"model"})


@dataclass(slots=True)
class UseCounter:
    """Model calls of one variant by agent, prompt text and model; fed result by result."""

    _uses: dict[tuple[str, str, str, str], ModelUse] = field(default_factory=dict)

    def add(self, result: CaseResult) -> None:
        for turn in result.turns:
            for call in turn.trace.calls:
                key = (call.agent, call.prompt_id, call.prompt_hash, call.model)
                before = self._uses.get(key) or ModelUse(*key, 0, 0, 0, 0.0, 0)
                self._uses[key] = ModelUse(
                    *key,
                    calls=before.calls + 1,
                    input_tokens=before.input_tokens + call.usage.input_tokens,
                    output_tokens=before.output_tokens + call.usage.output_tokens,
                    usd=before.usd + float(call.cost_usd),
                    fallbacks=before.fallbacks + call.fallback,
                )

    def uses(self) -> tuple[ModelUse, ...]:
        return tuple(sorted(self._uses.values(), key=lambda use: (use.agent, use.prompt, use.model)))


@dataclass(frozen=True, slots=True)
class Library:
    """Where variants' releases and prompts are looked up. One that is gone is no error: old runs stay readable."""

    releases: ReleaseSource
    prompts: PromptLibrary

    def settings(self, spec: VariantSpec | None) -> tuple[AgentSetting, ...]:
        release = self._release(spec)
        return tuple(self._agents(release)) if release else ()

    def prompt_diffs(self, a: VariantSpec | None, b: VariantSpec | None) -> tuple[PromptDiff, ...]:
        """Of every agent whose prompt text differs. Agents on the offline baseline read no prompt."""
        first, second = self._release(a), self._release(b)
        if first is None or second is None:
            return ()
        pairs = [
            (self._prompt(first.agents[name].prompt), self._prompt(agent.prompt))
            for name, agent in second.agents.items()
            if name in first.agents
        ]
        return tuple(
            prompt_diff(one, two) for one, two in pairs if one and two and one.content_hash != two.content_hash
        )

    def _release(self, spec: VariantSpec | None) -> Release | None:
        try:
            return variant_release(spec, self.releases) if spec else None
        except ConfigurationError:
            return None

    def _prompt(self, prompt_id: str) -> PromptTemplate | None:
        try:
            return self.prompts.get(prompt_id)
        except PromptError:
            return None

    def _agents(self, release: Release) -> Iterator[AgentSetting]:
        for name, agent in release.agents.items():
            template = self._prompt(agent.prompt)
            changed = agent.settings.model_dump(mode="json", exclude_defaults=True, exclude=set(_LEFT_OUT))
            shown = {"temperature": agent.settings.temperature, "max_tokens": agent.settings.max_tokens} | changed
            yield AgentSetting(
                agent=name.value,
                prompt=agent.prompt,
                prompt_hash=template.content_hash if template else None,
                model=agent.settings.model,
                settings={key: str(value) for key, value in shown.items()},
            )


def specs_for(specs: Sequence[VariantSpec], count: int) -> list[VariantSpec | None]:
    """One for each variant; None where none is known."""
    return [*specs, *[None] * (count - len(specs))][:count]
