from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.guardrails.formatting import to_whatsapp


@pytest.mark.parametrize(
    ("markdown", "whatsapp"),
    [
        ("**Jetta 2019**", "*Jetta 2019*"),
        ("__Jetta__", "*Jetta*"),
        ("## Opciones\ntexto", "*Opciones*\ntexto"),
        ("- uno\n- dos", "• uno\n• dos"),
        ("* uno\n* dos", "• uno\n• dos"),
        ("[Kavak](https://www.kavak.com/mx)", "Kavak (https://www.kavak.com/mx)"),
        ("~~no~~", "~no~"),
        ("```json\nhola\n```", "hola"),
        ("| Plazo | Pago |\n|---|---|\n| 48 | $5,000 |", "Plazo · Pago\n48 · $5,000"),
        ("a<br>b <b>c</b>", "a\nb *c*"),
        ("hola\u200b\u202e", "hola"),
        ("uno\n\n\n\n\ndos  ", "uno\n\ndos"),
        ("2 * 3", "2 * 3"),
        ("*ya es negrita*", "*ya es negrita*"),
        ("1. *Versa* — $215,999", "1. *Versa* — $215,999"),
    ],
)
def test_markdown_becomes_whatsapp(markdown: str, whatsapp: str) -> None:
    assert to_whatsapp(markdown) == whatsapp


@given(st.text())
def test_applying_it_twice_changes_nothing_more(text: str) -> None:
    once = to_whatsapp(text)
    assert to_whatsapp(once) == once


@given(st.text(alphabet="*_~#-[]()`|abc 1,2.$\n", max_size=80))
def test_marks_never_survive_as_markdown(text: str) -> None:
    assert "**" not in to_whatsapp(text)


@given(st.lists(st.sampled_from(["$215,999", "48 meses", "45,000 km", "2019", "10%"]), min_size=1))
def test_no_figure_is_changed(figures: list[str]) -> None:
    text = "\n".join(f"- **{figure}**" for figure in figures)
    kept = [line.removeprefix("• ").strip("*") for line in to_whatsapp(text).splitlines()]
    assert kept == figures
