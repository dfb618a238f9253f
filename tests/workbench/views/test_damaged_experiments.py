from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.fakes.found import plans, stored
from workbench.runner.workbench import Workbench


def test_a_damaged_experiment_is_named_beside_the_others(workbench: Workbench):
    def script() -> None:
        from workbench.views.experiments import page

        page.show()

    files = workbench.experiments.files
    stored(files, "sound", plans([1], "5000"))
    (stored(files, "broken", plans([1], "5000")).path / "progress.json").write_text("{")
    run = AppTest.from_function(script, default_timeout=30.0).run()
    assert not run.exception
    assert "open-sound" in {button.key for button in run.sidebar.button}
    assert [caption.value for caption in run.sidebar.caption if "broken está dañado" in caption.value]
