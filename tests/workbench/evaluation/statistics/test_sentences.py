from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

import pytest

from workbench.evaluation.statistics.analysis import STANDARD_METRICS, analyse
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.power import Plan
from workbench.evaluation.statistics.sentences import (
    TABLE,
    amount,
    bounds,
    level,
    metric_label,
    needed_sentence,
    power_sentence,
    verdict_sentence,
)
from workbench.texts.texts import ENGLISH, SPANISH, bilingual, speaking


def said(a, b, metric: str = "case") -> str:
    [comparison] = analyse([a, b], ["base", "nueva"]).comparisons
    verdict = comparison.of(metric)
    assert verdict is not None
    return verdict_sentence(verdict, a=comparison.baseline, b=comparison.candidate)


def test_a_proven_difference(results):
    sentence = said(results.run(["-"] * 20 + ["+"] * 20), results.run(["-"] * 4 + ["+"] * 36))
    assert sentence.startswith(
        "«nueva» es mejor que «base» en conversaciones correctas: +40.0 puntos (de 50.0 % a 90.0 %;"
    )
    assert "p corregida = < 0.001" not in sentence and "p corregida < 0.001" in sentence


def test_an_interval_says_its_unit_once(results):
    assert bounds(-0.088, 0.088, Unit.SHARE) == "−8.8 a +8.8 puntos"
    assert bounds(-0.0012, 0.5, Unit.USD) == "−$0.0012 a +$0.5000 USD"
    assert "intervalo del 95 %: +" in said(results.run(["-"] * 20), results.run(["+"] * 20))


def test_times_below_a_second_are_in_milliseconds():
    assert amount(-0.0031, Unit.SECONDS, signed=True) == "−3.1 ms"
    assert level(0.0049, Unit.SECONDS) == "4.9 ms"
    assert bounds(-0.0035, 0.012, Unit.SECONDS) == "−3.5 a +12 ms"
    assert bounds(-0.5, 1.2, Unit.SECONDS) == "−0.50 a +1.20 s", "one unit for both ends"
    assert amount(-0.00002, Unit.SECONDS, signed=True) == "0 ms", "no sign where nothing is shown"


def test_a_time_that_nobody_notices_is_no_verdict(results):
    a, b = results.run(["+"] * 30, seconds=0.009), results.run(["+"] * 30, seconds=0.005)
    sentence = said(a, b, "latency")
    assert sentence.startswith("No se ve una diferencia que importe en tiempo de respuesta por turno")
    assert "−4.0 ms" in sentence and "menos de 100 ms hacia cualquier lado" in sentence


def test_what_more_evidence_would_take(results):
    a = results.run(["-"] * 8 + ["+"] * 22, usd="0.01")
    sentence = said(a, results.run(["-"] * 5 + ["+"] * 24 + ["-"], usd="0.01"))
    assert "Aún no hay evidencia suficiente" in sentence
    assert "Para confirmar una diferencia como esta, harían falta unas" in sentence
    assert "conversaciones más, alrededor de $" in sentence and sentence.endswith(" USD.")


def test_more_evidence_is_for_the_smallest_difference_that_matters_when_less_was_seen(results):
    a, b = results.run(["+"] * 36 + ["+", "-"] * 2), results.run(["+"] * 36 + ["-", "+"] * 2)
    assert "va +0.0 puntos" in said(a, b)
    assert "). Para ver una diferencia de 2.0 puntos, harían falta unas" in said(a, b)
    with speaking(ENGLISH):
        assert "). To see a difference of 2.0 points, some" in said(a, b)


def test_more_evidence_is_for_what_was_seen_when_what_matters_would_have_shown(results):
    """Enough conversations for two points, and still one point and a half cannot be ruled out."""
    a = results.run(["+"] * 970 + ["-"] * 20 + ["+"] * 10)
    b = results.run(["+"] * 970 + ["+"] * 20 + ["-"] * 10)
    verdict = analyse([a, b], ["a", "b"]).comparisons[0].of("case")
    assert verdict is not None and verdict.more_for == pytest.approx(0.01)
    assert "Para confirmar una diferencia como esta" in said(a, b)


def test_where_no_number_can_be_forecast_none_is_said(results):
    poor, good = results.run(["---", "--+", "---"] * 3), results.run(["+++"] * 9)
    first = analyse([poor, *[good] * 30], ["base", *map(str, range(30))]).comparisons[0].of("case")
    assert first is not None
    sentence = verdict_sentence(first, a="base", b="nueva")
    assert sentence.startswith("Aún no hay evidencia suficiente") and "Harían falta" not in sentence
    assert sentence.endswith("Cambiaron muy pocas conversaciones para tantas medidas a la vez.")


def test_without_a_model_nothing_is_said_of_money(results):
    sentence = said(results.run(["-"] * 8 + ["+"] * 22), results.run(["-"] * 5 + ["+"] * 25))
    assert "conversaciones más." in sentence and "USD" not in sentence


def test_identical_and_single(results):
    run = results.run(["+"] * 30)
    assert said(run, run) == (
        "«nueva» y «base» dieron exactamente lo mismo en conversaciones correctas en las 30 conversaciones comparadas."
    )
    assert "solo hay una conversación comparable" in said(results.run(["-"]), results.run(["+"]))


def test_no_relevant_difference(results):
    a, b = results.run(["+"] * 996 + ["-", "+"] * 2), results.run(["+"] * 996 + ["+", "-"] * 2)
    assert said(a, b).startswith("No se ve una diferencia que importe")


def test_times_and_money_have_their_units(results):
    a = results.run(["+"] * 30, seconds=1.25, usd="0.0005")
    b = results.run(["+"] * 30, seconds=0.5, usd="0.001")
    assert "−750 ms (de 1.25 s a 500 ms;" in said(a, b, "latency")
    assert "+$0.0010 USD" in said(a, b, "cost")


@pytest.mark.parametrize("metric", STANDARD_METRICS, ids=lambda metric: metric.name)
def test_every_metric_has_a_name_in_both_languages(metric):
    assert metric_label(metric.name) != metric.name
    with speaking(ENGLISH):
        assert metric_label(metric.name) in table_of(ENGLISH)["metrics"].values()


def test_every_text_has_the_same_placeholders_in_both_languages():
    spanish, english = table_of(SPANISH), table_of(ENGLISH)
    for group, names in spanish.items():
        for name, said in names.items():
            assert placeholders(said) == placeholders(english[group][name]), f"{group}.{name}"


def table_of(language: str) -> Mapping[str, Mapping[str, str]]:
    with speaking(language):
        return bilingual(TABLE)


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


def test_a_reader_of_english_is_told_the_same(results):
    a, b = results.run(["-"] * 20 + ["+"] * 20), results.run(["-"] * 4 + ["+"] * 36)
    with speaking(ENGLISH):
        sentence = said(a, b)
        assert sentence.startswith(
            "“nueva” is better than “base” in correct conversations: +40.0 points (from 50.0 % to"
        )
        assert power_sentence(300, Plan(0.9)).startswith("With 300 conversations, once each,")
        assert bounds(-0.088, 0.088, Unit.SHARE) == "−8.8 to +8.8 points"
    assert said(a, b).startswith("«nueva» es mejor")


def test_before_a_run():
    assert power_sentence(300, Plan(0.9)).startswith("Con 300 conversaciones, una vez cada una, se puede detectar")
    assert "5 repeticiones" in power_sentence(300, Plan(0.9, trials=5))
    assert needed_sentence(0.05, Plan(0.9), usd_per_conversation=0.01) == (
        "Para detectar una diferencia de 5.0 puntos harían falta 290 conversaciones, alrededor de $2.85 USD."
    )


def test_a_run_that_can_prove_nothing_is_told_so():
    said = "Con tan pocas conversaciones (2) no se puede demostrar ninguna diferencia: hacen falta al menos 5."
    assert power_sentence(2, Plan(0.9)) == said
    assert "harían falta 5 conversaciones" in needed_sentence(1.0, Plan(0.9))
    with speaking(ENGLISH):
        assert power_sentence(1, Plan(0.9)).endswith("(1) no difference can be proven: at least 5 are needed.")
