from __future__ import annotations

import pytest

from bot_core.errors import ConfigurationError, PromptError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentName
from workbench.evaluation.build import build_subject, variant_release
from workbench.records import VariantSpec

RELEASES = FileReleaseSource()


def release(**changes: object):
    return variant_release(VariantSpec.model_validate({"name": "v"} | changes), RELEASES)


def test_an_unchanged_variant_is_the_release_itself():
    assert release() == RELEASES.get("offline-base")
    assert release(guardrails=True) == RELEASES.get("offline-base")


def test_changes_give_the_release_another_id():
    changed = release(prompts={"financing": "financing/v002"}, guardrails=False)
    assert changed.agents[AgentName.FINANCING].prompt == "financing/v002"
    assert changed.agents[AgentName.SALES].prompt == "sales/v001"
    assert not changed.behaviour.guardrails
    other = release(prompts={"financing": "financing/v002"})
    assert len({changed.release_id, other.release_id, "offline-base"}) == 3


def test_another_model_for_every_agent():
    changed = release(model=ModelSettings(model="openai/gpt-4o-mini"))
    assert {agent.settings.model for agent in changed.agents.values()} == {"openai/gpt-4o-mini"}


def test_wrong_names_are_told_before_anything_is_run(settings):
    with pytest.raises(ConfigurationError, match="no release 'nowhere'"):
        build_subject(VariantSpec(name="v", release_id="nowhere"), settings)
    with pytest.raises(PromptError, match="financing/v099"):
        build_subject(VariantSpec(name="v", prompts={AgentName.FINANCING: "financing/v099"}), settings)
    with pytest.raises(PromptError, match="'financing/v001' is a prompt of financing, not of sales"):
        build_subject(VariantSpec(name="v", prompts={AgentName.SALES: "financing/v001"}), settings)


def test_a_subject_judges_with_the_variants_own_catalogue(settings, tmp_path):
    from tests.fakes.cars import CSV

    path = tmp_path / "few.csv"
    path.write_text(CSV, encoding="utf-8")
    subject = build_subject(VariantSpec(name="v"), settings.model_copy(update={"catalog_path": path}))
    assert subject.catalog == "few.csv"
    assert len(subject.context.cars) == 12
