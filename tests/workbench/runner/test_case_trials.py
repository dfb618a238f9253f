from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.releases.files import DEFAULT_RELEASE, FileReleaseSource
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from workbench.evaluation.dataset.case import Case
from workbench.records import Verdict
from workbench.runner.case_trials import CaseTrialDesk
from workbench.runner.portal import Portal


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Iterator[CaseTrialDesk]:
    portal = Portal()
    yield CaseTrialDesk(Settings(data_dir=tmp_path), store, portal)
    portal.close()


def case(say: str, **expect: object) -> Case:
    return Case.model_validate({"id": "propio-x", "why": "un caso cualquiera", "say": say, "expect": expect})


def test_a_case_is_played_by_the_bot_that_answered(desk: CaseTrialDesk):
    misspelt = case("busco un chevrolt", slots={"make": "Chevrolet"})
    tried = desk.tried(misspelt, "offline-base")
    assert (tried.verdict, tried.release_id, tried.untried, tried.reasons) == (Verdict.PASS, "offline-base", "", ())
    exact = desk.tried(misspelt, "offline-exacto")
    assert (exact.verdict, exact.release_id) == (Verdict.FAIL, "offline-exacto")
    assert any("Chevrolet" in reason for reason in exact.reasons)


@pytest.mark.parametrize("answered_by", ["local", "openai", "offline-base-llama-1b-3fa2b1"])
def test_no_model_is_called_and_what_was_not_tried_is_named(answered_by: str, desk: CaseTrialDesk):
    tried = desk.tried(case("hola", intents=["greeting"]), answered_by)
    assert (tried.verdict, tried.release_id, tried.untried) == (Verdict.PASS, DEFAULT_RELEASE, answered_by)


def test_the_promoted_release_comes_before_the_gates(desk: CaseTrialDesk, store: Store):
    store.releases.promote("offline-exacto", who="Ana", reason="una prueba", expected_current="offline-base")
    assert desk.tried(case("hola", intents=["greeting"]), "local").release_id == "offline-exacto"
    store.releases.promote("local", who="Ana", reason="otra prueba", expected_current="offline-exacto")
    assert desk.tried(case("hola", intents=["greeting"]), "local").release_id == DEFAULT_RELEASE
    assert FileReleaseSource().has(DEFAULT_RELEASE)


def test_a_broken_catalogue_is_said_and_raises_nothing(tmp_path: Path, store: Store):
    portal = Portal()
    settings = Settings(data_dir=tmp_path, catalog_path=str(tmp_path / "no.csv"))
    tried = CaseTrialDesk(settings, store, portal).tried(case("hola"), "offline-base")
    portal.close()
    assert tried.verdict is Verdict.ERROR
    assert "no.csv" in tried.reasons[0]
