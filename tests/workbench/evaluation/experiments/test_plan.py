from __future__ import annotations

import pytest

from bot_core.errors import UserError
from workbench.evaluation.experiments.plan import situations_of
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, RunStatus


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"case_ids": ("few-hola", "few-plan", "few-hola")}, "the case 'few-hola' is named twice"),
        ({"personas": ("ana-primer-auto", "ana-primer-auto")}, "the persona 'ana-primer-auto' is named twice"),
    ],
)
async def test_what_is_named_twice_is_refused_and_named(created, settings, fields, named):
    """One result for two places: such an experiment would play, pay and never be whole."""
    folder = created(**fields)
    with pytest.raises(UserError, match=named):
        await run_experiment(folder, settings)
    assert (folder.progress().status, folder.record().runs) == (RunStatus.FAILED, ())


def test_names_that_differ_are_played_in_their_order(settings):
    spec = ExperimentSpec.model_validate(
        {"name": "e", "variants": [{"name": "A"}], "personas": ["norma-se-va", "ana-primer-auto"]}
    )
    assert [one.id for one in situations_of(spec, settings)[0]] == ["norma-se-va", "ana-primer-auto"]
