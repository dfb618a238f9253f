"""The summary for a pull request: the verdict, a table for each suite, what was lost with its transcripts."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.gate.baseline import failing
from workbench.evaluation.gate.judgement import Judgement, Outcome, ScorerJudgement, SuiteJudgement
from workbench.evaluation.report.transcripts import transcript
from workbench.records import CaseResult, Verdict

MAX_CHARS = 60_000
"""GitHub refuses a comment above 65,536 characters."""
_MOST_TRANSCRIPTS = 20
_MOST_PROBLEMS = 30
_TITLES = {
    Outcome.OK: "✅ Evaluation: no regression",
    Outcome.REGRESSION: "❌ Evaluation: regression",
    Outcome.INFRASTRUCTURE: "⚠️ Evaluation: could not be judged",
    Outcome.STALE: "♻️ Evaluation: cassettes are stale",
}


def summary(judgement: Judgement) -> str:
    """Markdown of at most MAX_CHARS characters."""
    text = "\n".join(_lines(judgement))
    if len(text) <= MAX_CHARS:
        return text
    return text[:MAX_CHARS].rsplit("\n", 1)[0] + "\n\n… the rest is in the HTML report.\n"


def _lines(judgement: Judgement) -> Iterator[str]:
    yield f"## {_TITLES[judgement.outcome]}"
    yield ""
    if judgement.baseline is None:
        yield "No baseline is blessed yet: only the hard rules and the floors were checked.\n"
    else:
        yield f"Baseline of {judgement.baseline.blessed_on}: {judgement.baseline.reason}\n"
    yield from _problems(judgement)
    for suite in judgement.suites:
        yield from _suite(suite)
    yield from _lost(judgement)
    yield from _failing(judgement)


def _problems(judgement: Judgement) -> Iterator[str]:
    for problem in judgement.problems[:_MOST_PROBLEMS]:
        where = f" `{problem.case_id}`" if problem.case_id else ""
        first, *rest = problem.message.splitlines()
        yield f"- **{problem.outcome.name.lower()}** {problem.suite}{where}: {first}"
        if rest:
            yield "\n".join(["  ```diff", *(f"  {line}" for line in rest), "  ```"])
    if len(judgement.problems) > _MOST_PROBLEMS:
        yield f"- … and {len(judgement.problems) - _MOST_PROBLEMS} more"
    yield ""


def _suite(suite: SuiteJudgement) -> Iterator[str]:
    results = suite.run.results
    passed = sum(result.verdict is Verdict.PASS for result in results)
    yield f"### {suite.run.suite.name}: {passed} of {len(results)} cases pass\n"
    yield "| scorer | passed | 95 % interval | lost | won |"
    yield "|---|---|---|---|---|"
    yield from (_row(scorer) for scorer in suite.scorers if scorer.rate.scored or scorer.rate.errors)
    yield ""
    for name, reason in suite.refused.items():
        yield f"`{name}` is no evidence: {reason}.\n"
    if suite.unblessed:
        yield f"Not in the baseline yet: {len(suite.unblessed)} cases.\n"
    if suite.removed:
        yield f"In the baseline but gone: {', '.join(f'`{case_id}`' for case_id in suite.removed)}.\n"


def _row(scorer: ScorerJudgement) -> str:
    rate = scorer.rate
    errors = f", {rate.errors} errors" if rate.errors else ""
    if rate.share is None or rate.low is None or rate.high is None:
        return f"| {scorer.scorer} | –{errors} | – | – | – |"
    share = f"{rate.passed}/{rate.scored} = {rate.share:.1%}{errors}"
    return f"| {scorer.scorer} | {share} | {rate.low:.1%} to {rate.high:.1%} | {len(scorer.lost)} | {len(scorer.won)} |"


def _lost(judgement: Judgement) -> Iterator[str]:
    """Flips from pass to fail, whether or not they are too many."""
    flips = {
        (suite.run.suite.name, result.case_id): result
        for suite in judgement.suites
        for scorer in suite.scorers
        for result in scorer.lost
    }
    if flips:
        yield f"### Passed before, fails now: {len(flips)}\n"
    for (suite, _), result in list(flips.items())[:_MOST_TRANSCRIPTS]:
        yield from _details(suite, result)


def _details(suite: str, result: CaseResult) -> Iterator[str]:
    yield f"<details><summary><code>{result.case_id}</code> ({suite}): {', '.join(failing(result))}</summary>\n"
    yield "````text"
    yield transcript(result).replace("````", "'''")
    yield "````"
    yield "</details>\n"


def _failing(judgement: Judgement) -> Iterator[str]:
    for suite in judgement.suites:
        failed = [result for result in suite.run.results if result.verdict is Verdict.FAIL]
        if failed:
            yield f"<details><summary>All {len(failed)} failing cases of {suite.run.suite.name}</summary>\n"
            yield from (f"- `{result.case_id}`: {', '.join(failing(result))}" for result in failed)
            yield "\nTranscripts are in the HTML report.\n</details>\n"
