from __future__ import annotations

import re

from benchmarks.proofs import BEGIN, END, PAGE, table


def test_the_page_tells_what_the_kept_figures_say():
    text = PAGE.read_text(encoding="utf-8").partition(f"{BEGIN}\n")[2]
    assert text.partition(f"\n{END}")[0] == table(), "python -m benchmarks.proofs --page"


def test_the_kept_figures_are_of_proofs_that_held():
    assert " 0 times above" in table()
    assert "| 0 lock errors in " in table()
    assert re.search(r": 0 of \d+ finished calls paid twice, 0 results differ", table())
