"""Makes datasets/judge: labelled replies whose faults are known, from real turns of the offline bot.

    python -m tools.make_judge_set            writes the set
    python -m tools.make_judge_set FOLDER     writes it elsewhere

The recipe is tools/judge_set.yaml. The set is kept in git and not made again on every change of the bot: labels, and
the recorded verdicts of judges, belong to the texts as they were.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from bot_core.facts.facts import Facts
from bot_core.settings import load_settings
from bot_core.wiring import load_catalog, load_knowledge
from tools.judge_defects import MAKERS, Source
from workbench.evaluation.build import Subject, build_subject
from workbench.evaluation.dataset.loading import Dataset, load_dataset
from workbench.evaluation.judge.exhibit import exhibits
from workbench.evaluation.judge.labelled_set import LABELLED
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult, VariantSpec, Verdict

RECIPE = Path(__file__).with_name("judge_set.yaml")
_FACTS: TypeAdapter[list[Facts]] = TypeAdapter(list[Facts])


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_block)


def make_set(folder: Path) -> int:
    """Write every kind's file; gives the number of replies. Raises ValueError for a source whose case fails."""
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, kind in recipe["kinds"].items():
        replies = list(_replies(name, kind))
        data = {
            "kind": name,
            "defect": kind.get("defect", False),
            "held_out": kind.get("held_out", False),
            "made_on": recipe["made_on"],
            "about": kind["about"],
            "verdicts": kind["verdicts"],
            "replies": replies,
        }
        head = "# Made by `python -m tools.make_judge_set`; do not edit.\n"
        text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 20)
        (folder / f"{name}.yaml").write_text(head + text, encoding="utf-8")
        written += len(replies)
    return written


def _replies(name: str, kind: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    make = MAKERS[kind["make"]]
    for number, (entry, text) in enumerate(zip(kind["sources"], cycle(kind.get("texts", [""])), strict=False), start=1):
        given = entry if isinstance(entry, dict) else {"of": entry}
        source = source_of(given["of"])
        if "other" in given:
            source = replace(source, other=source_of(given["other"]).reply)
        made = make(source, given.get("text", text))
        if kind.get("defect") and made.reply == source.reply:
            raise ValueError(f"{name} {given['of']}: the reply did not change")
        reply = {"id": f"{name.replace('_', '-')}-{number:02}", "source": given["of"], "how": made.how}
        shown = source.exhibit
        reply |= {"customer": shown.customer, "before": shown.before, "facts": shown.facts, "reply": made.reply}
        yield {key: value for key, value in reply.items() if value}


def source_of(name: str) -> Source:
    """The turn "case.turn" as the offline bot plays it."""
    case_id, _, number = name.rpartition(".")
    index = int(number) - 1
    result = _played(case_id)
    settings = load_settings()
    return Source(
        exhibit=exhibits(result)[index],
        facts=tuple(_FACTS.validate_python(result.turns[index].trace.facts)),
        previous=result.turns[index - 1].reply.text if index else "",
        catalog=load_catalog(settings.catalog_path),
        knowledge=load_knowledge(settings.knowledge_path),
    )


@cache
def _played(case_id: str) -> CaseResult:
    dataset, subject = _bot()
    case = next(case for case in dataset.cases if case.id == case_id)
    result = asyncio.run(execute(case, subject.bot, subject.notebook, subject.context))
    if result.verdict is not Verdict.PASS:
        raise ValueError(f"{case_id}: {result.verdict}, so nothing can be made of it")
    return result


@cache
def _bot() -> tuple[Dataset, Subject]:
    return load_dataset(None), build_subject(VariantSpec(name="offline-base"), load_settings())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else LABELLED
    print(f"{folder}: {make_set(folder)} replies")  # noqa: T201


if __name__ == "__main__":
    main()
