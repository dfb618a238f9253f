"""WCAG 2.2 AA, computed: text on its background in both themes has a contrast of 4.5 at least, marks of 3."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import workbench
from bot_core.settings import PROJECT_ROOT
from workbench.components.phone import phone

THEMES = tomllib.loads((PROJECT_ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
SHEET = (Path(phone.__file__).parent / "phone.css").read_text("utf-8")
LIGHT, DARK = 0, 1
TEXT, MARK = 4.5, 3.0


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def in_sheet(name: str, theme: int) -> str:
    found = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", SHEET)
    assert found, name
    return found.groups()[theme]


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("ink", ["textColor", "linkColor"])
def test_text_of_the_theme(theme: str, ground: str, ink: str):
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_s_own_colour_is_seen(theme: str):
    assert contrast(THEMES[theme]["primaryColor"], THEMES[theme]["backgroundColor"]) >= MARK


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("bar-text", "bar"),
        ("ink", "in"),
        ("ink", "out"),
        ("soft", "in"),
        ("soft", "chip"),
        ("soft", "field"),
        ("ink", "field"),
        ("link", "in"),
        ("warn", "paper"),
        ("soft", "paper"),
        ("soft", "out"),
    ],
)
def test_text_of_the_phone(ink: str, ground: str, theme: int):
    assert contrast(in_sheet(ink, theme), in_sheet(ground, theme)) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_blue_ticks_are_seen(theme: int):
    assert contrast(in_sheet("read", theme), in_sheet("out", theme)) >= MARK


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_words_of_primary_buttons(theme: int):
    sheet = (Path(workbench.__file__).parent / "views" / "pieces" / "theme.css").read_text("utf-8")
    found = re.search(r"background-color: light-dark\((#\w{6}), (#\w{6})\); color: (#\w{6})", sheet)
    assert found
    assert contrast(found.groups()[theme], found[3]) >= TEXT
