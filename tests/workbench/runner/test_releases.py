from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot_core.errors import ConfigurationError, Conflict, NotFound, PromotionRefused, UserError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import with_model
from bot_core.releases.release import AgentName
from bot_core.settings import Settings
from bot_core.store.records import PromotionAction
from bot_core.store.store import Store, open_store
from tests.fakes.few_cases import FEW
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer
from workbench.evaluation.experiments.running import run_experiment
from workbench.evaluation.gate.evidence import Ground
from workbench.records import ExperimentSpec, RunStatus, VariantSpec
from workbench.runner.prompts import PromptDesk
from workbench.runner.releases import ReleaseDesk
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

CANDIDATE = "offline-exacto"


@dataclass
class Here:
    """Runs an experiment at once, in this process."""

    settings: Settings
    files: ExperimentFiles

    def start(self, spec: ExperimentSpec) -> str:
        folder = self.files.create(spec)
        asyncio.run(run_experiment(folder, self.settings))
        return folder.experiment_id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings.store_url)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "few.yaml").write_text(FEW, encoding="utf-8")
    return folder


@pytest.fixture
def desk(settings: Settings, store: Store, cases: Path) -> ReleaseDesk:
    here = Here(settings, ExperimentFiles(experiments_folder(settings)))
    return ReleaseDesk(settings, store, here, dataset=cases)


def reworded(store: Store, release_id: str = "nueva") -> str:
    """A candidate whose prompt is another one; without a model it answers as before."""
    PromptDesk(store).release_with("sales/v001", "offline-base", release_id=release_id, description="", who="ana")
    definition = store.releases.get("offline-base").agents[AgentName.FINANCING]
    changed = definition.model_copy(update={"prompt": "financing/v002"})
    made = store.releases.get("offline-base")
    agents = made.agents | {AgentName.FINANCING: changed}
    store.releases.add(made.model_copy(update={"release_id": f"{release_id}-2", "agents": agents}), who="ana")
    return f"{release_id}-2"


def grounds(desk: ReleaseDesk, release_id: str, experiment_id: str | None) -> list[Ground]:
    return [refusal.ground for refusal in desk.ruling(release_id, experiment_id).refusals]


def test_without_evidence_it_is_refused_with_it_it_is_served_and_rolled_back(desk: ReleaseDesk, store: Store):
    name = reworded(store)
    with pytest.raises(PromotionRefused, match="nueva-2 is not promoted: missing") as refused:
        desk.promote(name, None, who="ana")
    assert refused.value.grounds == ("missing",)
    assert desk.rolls_back_to() is None

    experiment = desk.gather(name)
    [witness] = desk.witnesses(name)
    assert witness.experiment.status is RunStatus.FINISHED
    assert witness.ruling.allowed, witness.ruling.refusals
    line = desk.promote(name, experiment, who="ana", reason="Más corta")
    assert store.releases.current().release_id == name
    assert (line.who, line.reason) == ("ana", "Más corta")
    assert line.evidence["experiment_id"] == experiment
    assert line.evidence["allowed"] is True
    assert desk.rows()[0].release.release_id == name

    assert desk.rolls_back_to() == "offline-base"
    back = desk.roll_back(who="eva", reason="quejas")
    assert back.action is PromotionAction.ROLL_BACK
    assert store.releases.current().release_id == "offline-base"
    assert [one.position for one in desk.history()] == [2, 1]


def test_a_model_that_answers_only_nonsense_is_not_promoted_for_what_the_baseline_said(desk: ReleaseDesk, store: Store):
    with ModelServer(lambda _request: Answer("no JSON")) as server:
        settings = ModelSettings(model="openai/gpt-4o-mini", api_base=server.openai_base, reasks=0)
        release = with_model(store.releases.get("offline-base"), settings)
        store.releases.add(release, who="ana")
        experiment = desk.gather(release.release_id)
    said = r"model_away .+ \(the model did not answer 100\.0 % of calls itself; the baseline answered for it\)"
    with pytest.raises(PromotionRefused, match=said) as refused:
        desk.promote(release.release_id, experiment, who="ana")
    assert refused.value.grounds == ("model_away",)


def test_another_process_serves_it_at_once(desk: ReleaseDesk, store: Store, settings: Settings):
    other = open_store(settings.store_url)
    assert other.releases.current().release_id == "offline-base"
    name = reworded(store)
    desk.promote(name, desk.gather(name), who="ana")
    assert other.releases.current().release_id == name
    other.close()


def test_a_prompt_with_the_same_text_is_the_release_that_is_served(desk: ReleaseDesk, store: Store):
    reworded(store)
    assert grounds(desk, "nueva", None) == [Ground.SERVED]
    with pytest.raises(PromotionRefused):
        desk.gather("nueva")
    with pytest.raises(PromotionRefused):
        desk.override("nueva", None, who="ana", reason="porque sí")


def test_evidence_grows_old_with_the_cases_the_catalogue_and_the_served_release(
    desk: ReleaseDesk, store: Store, cases: Path, settings: Settings, tmp_path: Path
):
    name = reworded(store)
    experiment = desk.gather(name)
    assert grounds(desk, name, experiment) == []
    catalog = tmp_path / "otro.csv"
    catalog.write_text(settings.catalog_path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elsewhere = settings.model_copy(update={"catalog_path": catalog})
    here = Here(elsewhere, ExperimentFiles(experiments_folder(settings)))
    assert grounds(ReleaseDesk(elsewhere, store, here, dataset=cases), name, experiment) == [Ground.OTHER_FILES]

    store.releases.promote("offline-exacto", who="ana", reason="mientras tanto")
    assert grounds(desk, name, experiment) == [Ground.NO_CURRENT]
    store.releases.roll_back(who="ana", reason="")
    assert grounds(desk, name, experiment) == []

    (cases / "more.yaml").write_text(FEW.replace("few-", "more-"), encoding="utf-8")
    assert Ground.OTHER_CASES in grounds(desk, name, experiment)


def test_an_experiment_of_others_or_on_a_small_split_does_not_speak_for_it(
    desk: ReleaseDesk, store: Store, cases: Path
):
    name = reworded(store)
    variants = (VariantSpec(name="offline-base"), VariantSpec(name=name, release_id=name))
    here = desk._experiments
    small = here.start(ExperimentSpec(name="corto", variants=variants, split="smoke", dataset_path=str(cases)))
    assert grounds(desk, name, small) == [Ground.SMALL_SET]
    alone = here.start(ExperimentSpec(name="solo", variants=variants[:1], split="golden", dataset_path=str(cases)))
    assert grounds(desk, name, alone) == [Ground.NO_CANDIDATE]
    assert [witness.experiment.name for witness in desk.witnesses(name)] == ["corto"]
    with pytest.raises(NotFound):
        desk.ruling(name, "nada")
    with pytest.raises(ConfigurationError):
        desk.ruling("nada", None)


def test_an_override_needs_a_name_and_a_reason_and_keeps_what_it_overrode(desk: ReleaseDesk, store: Store):
    for who, reason in (("ana", " x "), ("ana", ""), (" ", "urge mucho")):
        with pytest.raises(UserError):
            desk.override(CANDIDATE, None, who=who, reason=reason)
    assert desk.history() == ()
    line = desk.override(CANDIDATE, None, who="ana", reason="urge mucho")
    assert line.evidence["override"] == "urge mucho"
    assert line.evidence["refusals"] == [{"ground": "missing", "about": ""}]
    assert store.releases.current().release_id == CANDIDATE


def test_nothing_is_left_to_roll_back(desk: ReleaseDesk):
    with pytest.raises(Conflict):
        desk.roll_back(who="ana", reason="")
    with pytest.raises(UserError):
        desk.roll_back(who="", reason="")


def test_evidence_is_planned_as_cheaply_as_it_can_be_played(desk: ReleaseDesk, store: Store):
    offline = desk.plan(CANDIDATE)
    assert (offline.played, offline.spec.split, offline.spec.replay) == ("offline", "golden", False)
    replayed = desk.plan("local-v2")
    assert (replayed.played, replayed.spec.split, replayed.spec.replay) == ("replay", "recorded", True)
    real = desk.plan("openai")
    assert (real.played, real.spec.split, real.spec.replay) == ("models", "golden", False)
    assert [variant.release_id for variant in real.spec.variants] == ["offline-base", "openai"]


def test_cases_that_people_made_must_have_been_played_too(desk: ReleaseDesk, store: Store, settings: Settings):
    name = reworded(store)
    experiment = desk.gather(name)
    assert grounds(desk, name, experiment) == []
    own = settings.data_dir / "cases"
    own.mkdir()
    (own / "mios.yaml").write_text(FEW.split("- id: few-versa")[0].replace("few-hola", "propio-hola"), encoding="utf-8")
    assert grounds(desk, name, experiment) == [Ground.OWN_CASES]
    with pytest.raises(PromotionRefused):
        desk.promote(name, experiment, who="ana")

    again = desk.gather(name)
    assert grounds(desk, name, again) == []
    assert grounds(desk, name, experiment) == []
    own_witness = next(witness for witness in desk.witnesses(name) if witness.is_own)
    assert own_witness.ruling.allowed
    (own / "mas.yaml").write_text(FEW.split("- id: few-versa")[0].replace("few-hola", "otro-hola"), encoding="utf-8")
    assert grounds(desk, name, again) == [Ground.OWN_CASES]
