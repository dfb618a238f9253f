from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import workbench
from workbench.texts import texts
from workbench.texts.texts import ENGLISH, FOLDER, LANGUAGES, SPANISH, page_texts, section, speak, speaking, table, text

ROOT = Path(workbench.__file__).parent


def calls_of(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield path, node


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


def test_every_text_that_the_screens_use_exists_with_the_same_placeholders():
    checked = 0
    for path, call in calls_of("text"):
        if not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        group, _, name = str(call.args[0].value).partition(".")
        assert name in table().get(group, {}), f"{path.name}:{call.lineno} uses {group}.{name}"
        given = {keyword.arg for keyword in call.keywords}
        wanted = placeholders(table()[group][name])
        # Values that come as a mapping (**values) are seen when the page is drawn.
        fits = given - {None} <= wanted if None in given else given == wanted
        assert fits, f"{path.name}:{call.lineno} {group}.{name}"
        checked += 1
    assert checked > 10


def test_every_section_that_is_read_whole_exists():
    for path, call in calls_of("section"):
        if call.args and isinstance(call.args[0], ast.Constant):
            assert call.args[0].value in table(), f"{path.name}:{call.lineno}"


def written() -> set[str]:
    """Every string of the code: keys are handed on to functions too."""
    return {node.value for node in strings() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def begun() -> set[str]:
    """How keys begin whose end is a value: "experiments.decision_"."""
    starts = {
        str(node.values[0].value)
        for node in strings()
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
    }
    return {start for start in starts if start.partition(".")[0] in table()}


def _chosen(key: str, starts: set[str], constants: set[str]) -> bool:
    """Written as f"group.{name}", with the name elsewhere in the code."""
    group, _, name = key.partition(".")
    return f"{group}." in starts and name in constants


def strings() -> Iterator[ast.AST]:
    for path in ROOT.rglob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_no_text_is_left_that_nothing_uses():
    whole = {str(call.args[0].value) for _, call in calls_of("section") if isinstance(call.args[0], ast.Constant)}
    whole |= {
        str(given.value.value)
        for _, call in calls_of("switch")
        for given in call.keywords
        if given.arg == "names" and isinstance(given.value, ast.Constant)
    }
    keys = {f"{group}.{name}" for group, names in table().items() for name in names if group not in whole}
    constants, starts = written(), begun()
    named = tuple(start for start in starts if not start.endswith("."))
    unused = {key for key in keys - constants if not key.startswith(named) and not _chosen(key, starts, constants)}
    assert not unused


def test_placeholders_are_filled_and_texts_without_values_stay_as_they_are():
    assert text("chat.catalog_in_use", name="x.csv", count=3) == "x.csv · 3 autos"
    assert text("chat.setup") == section("chat")["setup"]


@pytest.mark.parametrize(
    ("key", "values", "spanish", "english"),
    [
        ("player.done", {"done": 1}, "1 turno", "1 turn"),
        ("player.done", {"done": 0}, "0 turnos", "0 turns"),
        ("player.done", {"done": 21}, "21 turnos", "21 turns"),
        ("prompts.compare_count", {"removed": "1", "added": 0}, "1 palabra menos", "1 word less"),
        ("prompts.compare_count", {"removed": "1,001", "added": 0}, "1,001 palabras menos", "1,001 words less"),
        ("conversations.count", {"first": 1, "last": 1, "total": 1}, "1–1 de 1 conversación", "1–1 of 1 conversation"),
        (
            "releases.running",
            {"done": 0, "total": 1},
            "Juntando evidencia, 0 de 1 caso",
            "Gathering evidence, 0 of 1 case",
        ),
        ("experiments.unjudged", {"replies": 1}, " · 1 respuesta sin calificar", " · 1 reply left unscored"),
        ("experiments.retry_errors", {"errors": 1}, "Repetir el que no se pudo", "Repeat the one that"),
        ("experiments.retry_errors", {"errors": 3}, "Repetir los 3 sin poder", "Repeat the 3 that"),
        ("experiments.preferences_aside", {"same": 1, "left_out": 2}, "1 dice lo mismo", "1 says the same"),
    ],
)
def test_a_noun_goes_with_its_number(key: str, values: dict[str, object], spanish: str, english: str):
    for language, said in ((SPANISH, spanish), (ENGLISH, english)):
        with speaking(language):
            assert re.match(rf"{re.escape(said)}\b", text(key, **values))


def test_no_number_stands_with_a_noun_that_is_always_in_the_plural():
    spanish = "llamadas|respuestas|conversaciones|casos|autos|turnos|palabras|celdas|letras|meses|mensajes"
    english = "calls|replies|conversations|cases|cars|turns|words|cells|letters|months|messages"
    bare = re.compile(rf"\}}\** ({spanish}|{english})\b")
    for language in LANGUAGES:
        for group, said in table(language).items():
            assert [one for one in said.values() if bare.search(one)] == [], f"{language}: {group}"


def test_each_language_has_the_same_files_keys_and_placeholders():
    files = {language: {path.name for path in (FOLDER / language).glob("*.yaml")} for language in LANGUAGES}
    assert files[SPANISH] == files[ENGLISH]
    for name in files[SPANISH]:
        spanish, english = (_templates(FOLDER / language / name) for language in (SPANISH, ENGLISH))
        assert spanish.keys() == english.keys(), name
        assert {key: placeholders(value) for key, value in spanish.items()} == {
            key: placeholders(value) for key, value in english.items()
        }, name


def _templates(path: Path) -> dict[str, str]:
    return {f"{group}.{key}": value for group, texts in page_texts(path).items() for key, value in texts.items()}


def test_texts_are_in_the_language_that_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(texts, "_language", texts._language)  # what the pages set comes back after the test
    speak(lambda: ENGLISH)
    assert text("phone.send") == "Send"
    assert section("phone")["online"] == "online"
    speak(lambda: SPANISH)
    assert text("phone.send") == "Enviar"


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        text("chat.no_such_text")
