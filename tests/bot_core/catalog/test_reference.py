from __future__ import annotations

from bot_core.catalog.reference import market_reference, name_key
from bot_core.intents import BodyType


def test_keys_ignore_case_accents_blanks_and_hyphens():
    assert {name_key(name) for name in ("CX-5", "cx 5", "Cx5", "ÇX_5")} == {"cx5"}


def test_makes_by_any_spelling():
    reference = market_reference()
    assert (
        reference.make("mercedes benz")
        == reference.make("Mercedes-Benz")
        == reference.make("mercedez")
        == "Mercedes-Benz"
    )
    assert reference.make("zzz") is None


def test_models_belong_to_their_make():
    reference = market_reference()
    known = reference.model("Mazda", "cx 5")
    assert known is not None
    assert (known.model, known.body_type) == ("CX-5", BodyType.SUV)
    assert reference.model("Nissan", "CX-5") is None


def test_every_alias_names_a_known_model_and_no_make_is_lost():
    reference = market_reference()
    makes = set(reference.makes.values())
    for models in reference.models.values():
        assert all(known.make in makes for known in models)


def test_lone_names_are_known():
    reference = market_reference()
    for key in reference.lone_names:
        assert key in reference.models, key


def test_words_that_stop_a_name_belong_to_one():
    reference = market_reference()
    for key in reference.not_after:
        assert key in reference.models or key in reference.makes, key
