"""How simulated customers' conversations ended, and how often it was the simulator's own fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench.evaluation.customers.records import End, FaultKind
from workbench.evaluation.findings.conversation_records import Key, key_of
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.simulated_records import EndCount, FaultCount, SimulatedFinding
from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_of
from workbench.records import CaseResult


@dataclass(slots=True)
class EndCounter:
    """Fed result by result; those of cases with fixed messages tell it nothing."""

    _ends: dict[End, list[Key]] = field(default_factory=lambda: {end: [] for end in End})
    _kinds: dict[FaultKind, dict[Key, None]] = field(default_factory=lambda: {kind: {} for kind in FaultKind})
    _cases: dict[str, Observed] = field(default_factory=dict)

    def add(self, result: CaseResult) -> None:
        if result.simulated is None:
            return
        end, key = End(result.simulated.end), key_of(result)
        self._ends[end].append(key)
        for fault in result.simulated.faults:
            self._kinds[FaultKind(fault.partition(",")[0])][key] = None
        before = self._cases.get(result.case_id, Observed(0.0, 0))
        self._cases[result.case_id] = Observed(before.total + (end is End.SIMULATOR_FAULT), before.count + 1)

    def finding(self) -> SimulatedFinding | None:
        """None when no customer was simulated."""
        estimate = rate_of(self._cases.values())
        if estimate is None:
            return None
        return SimulatedFinding(
            ends=tuple(EndCount(end.value, label("ends", end.value), tuple(keys)) for end, keys in self._ends.items()),
            kinds=tuple(
                FaultCount(kind.value, label("simulator_faults", kind.value), tuple(keys))
                for kind, keys in self._kinds.items()
                if keys
            ),
            fault_share=estimate.share,
            low=estimate.low,
            high=estimate.high,
        )


def simulated_finding(results: Iterable[CaseResult]) -> SimulatedFinding | None:
    """Of one variant's results alone."""
    counter = EndCounter()
    for result in results:
        counter.add(result)
    return counter.finding()
