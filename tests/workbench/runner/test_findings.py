from __future__ import annotations

from bot_core.settings import Settings
from bot_core.store.store import open_store
from tests.fakes.found import plans, stored
from workbench.records import RunStatus, Score, Verdict
from workbench.runner.findings import FindingsShelf
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.run_files import read_run, write_run


def test_what_a_judge_says_the_second_time_is_shown(tmp_path):
    """Counts and status are as they were: only the file is another one."""
    files = ExperimentFiles(tmp_path / "experiments")
    results = plans([], "5000")
    folder = stored(files, "e1", results)
    folder.write_progress(folder.progress().model_copy(update={"status": RunStatus.FINISHED}))
    store = open_store(Settings(data_dir=tmp_path, _env_file=None).store_url)
    shelf = FindingsShelf(files, store.releases, store.prompts)
    first = shelf.of_experiment("e1")
    assert shelf.of_experiment("e1") is first
    assert first.variants[0].rate("judge_tone") is None
    run = read_run(folder.run_path("e1-1"))
    folder.supersede("e1-1")
    tone = Score(scorer="judge_tone", verdict=Verdict.PASS)
    judged = [result.model_copy(update={"scores": (*result.scores, tone)}) for result in results]
    write_run(folder.run_path("e1-1"), run, judged)
    rate = shelf.of_experiment("e1").variants[0].rate("judge_tone")
    assert rate is not None and rate.share == 1.0
    store.close()
