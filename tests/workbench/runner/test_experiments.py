from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot_core.errors import StoreError
from bot_core.settings import Settings
from workbench.evaluation.experiments import ExperimentSpec
from workbench.records import RunStatus, VariantSpec
from workbench.runner.catalogs import CatalogShelf
from workbench.runner.experiments import ExperimentDesk, Live

SPEC = ExperimentSpec(name="n", variants=(VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto")))
SECONDS = 30.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def desk(settings: Settings) -> Iterator[ExperimentDesk]:
    opened = ExperimentDesk(settings, CatalogShelf(settings.data_dir / "catalogs", settings.catalog_path))
    yield opened
    opened.close()


def until(done: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(SECONDS * 100)):
        if done():
            return
        pause.wait(0.01)
    raise AssertionError("it took too long")


def ended(desk: ExperimentDesk, experiment_id: str = "e1") -> bool:
    live = desk.live(experiment_id)
    return live is None or live.problem is not None


def test_an_experiment_runs_in_the_background_and_is_stored(desk: ExperimentDesk):
    desk.start("e1", SPEC, None)
    until(lambda: ended(desk))
    record = desk.record("e1")
    assert record
    assert record.status is RunStatus.FINISHED
    assert [len(desk.results(run.run_id)) for run in record.runs] == [record.runs[0].cases] * 2
    assert [past.experiment_id for past in desk.past()] == ["e1"]


def test_starting_the_same_id_twice_runs_it_once(desk: ExperimentDesk):
    desk.start("e1", SPEC, None)
    desk.start("e1", SPEC, None)
    until(lambda: ended(desk))
    assert len(desk.past()) == 1


def test_progress_counts_cases_and_a_cancelled_experiment_keeps_what_was_played(desk: ExperimentDesk):
    many = SPEC.model_copy(update={"trials": 20, "concurrency": 1})
    desk.start("e1", many, None)
    seen: list[Live] = []

    def under_way() -> bool:
        live = desk.live("e1")
        seen.extend([live] if live else [])
        return bool(live and live.variants[0].done >= 3)

    until(under_way)
    desk.cancel("e1")
    live = desk.live("e1")
    assert live is None or live.cancelling
    until(lambda: ended(desk))
    first = seen[-1].variants[0]
    assert first.total >= 20
    assert first.passed + first.failed <= first.done <= first.total
    record = desk.record("e1")
    assert record
    assert record.status is RunStatus.CANCELLED
    assert 3 <= len(desk.results(record.runs[0].run_id)) < first.total


def test_a_wrong_variant_is_a_problem_that_the_page_can_show(desk: ExperimentDesk):
    wrong = SPEC.model_copy(update={"variants": (VariantSpec(name="A", release_id="no-such-release"),)})
    desk.start("e1", wrong, None)
    until(lambda: ended(desk))
    live = desk.live("e1")
    assert live
    assert "no-such-release" in str(live.problem)


def test_what_is_stored_is_there_for_the_next_process(desk: ExperimentDesk, settings: Settings):
    desk.start("e1", SPEC, None)
    until(lambda: ended(desk))
    desk.close()
    again = ExperimentDesk(settings, CatalogShelf(settings.data_dir / "catalogs", settings.catalog_path))
    assert [past.experiment_id for past in again.past()] == ["e1"]
    assert again.live("e1") is None
    assert again.record("e2") is None
    again.close()


def test_a_database_that_cannot_be_opened_is_one_error_of_ours(tmp_path: Path, settings: Settings):
    (tmp_path / "workbench.duckdb").write_bytes(b"not a database" * 100)
    desk = ExperimentDesk(settings, CatalogShelf(tmp_path / "catalogs", settings.catalog_path))
    with pytest.raises(StoreError):
        desk.past()
    desk.close()
