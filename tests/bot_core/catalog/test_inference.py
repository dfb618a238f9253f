"""Transmission from the words of a version; silence and contradiction stay unknown."""

from __future__ import annotations

import pytest

from bot_core.catalog.inference import inferred_transmission
from bot_core.intents import Transmission


@pytest.mark.parametrize(
    "version",
    [
        "1.6 ADVANCE AUTO", "1.6 SENSE CVT", "1.4 HIGHLINE DSG", "2.0 JETTA TIPTRONIC", "1.4 DYNAMIC S TRONIC",
        "1.4 S-TRONIC",
        "1.5 CHILI DCT", "2.0 320IA STEPTRONIC", "1.6 LX TA", "1.6 EX AT", "1.8 LT AUT.",
        "2.5 S GRAND TOURING Automático",
        "1.6 GLS IVT", "1.6 TRENDLINE I-MOTION", "1.8 HYBRID ECVT", "2.0 Xtronic", "auto",
    ],
)  # fmt: skip
def test_automatic(version: str) -> None:
    assert inferred_transmission(version) is Transmission.AUTOMATIC


@pytest.mark.parametrize(
    "version",
    ["1.6 SENSE MAN", "1.5 LS TM", "1.6 TRENDLINE STD", "1.6 L MT", "1.6 Estándar", "1.2 GL MANUAL", "1.6 GL STANDARD"],
)
def test_manual(version: str) -> None:
    assert inferred_transmission(version) is Transmission.MANUAL


@pytest.mark.parametrize(
    "version",
    [
        "",
        "2.4 GT",
        "1.6 SR",
        "COMFORTLINE",
        "AUTOMOTRIZ",
        "MANSORY",
        "2.0 STARK",
        "1.6 STD AUTO",
        "MT/AT",
        "TATA",
        "1.4 DSGN",
    ],
)
def test_neither(version: str) -> None:
    assert inferred_transmission(version) is None
