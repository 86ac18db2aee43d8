"""What advice is worth: the gains that were measured for a rule, in words and for the order of findings."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from perfadvisor.formatting import count_of
from perfadvisor.model.rule import Confidence, Finding, Outcome
from perfadvisor.report.view import ReportView
from perfadvisor.store.gains import Gain

HELPS = "helps"


def with_worth(view: ReportView, gains: Sequence[Gain]) -> ReportView:
    """The view whose firing findings say what their fix gave. One measured on this very machine is confirmed or
    refuted by that."""
    by_rule: dict[str, list[Gain]] = {}
    for gain in gains:
        by_rule.setdefault(gain.rule, []).append(gain)
    changed = {
        id(finding): _valued(finding, by_rule.get(finding.rule.id, ()), view.host_name)
        for finding in view.findings
        if finding.outcome is Outcome.FIRES and finding.rule.step != "measurement"
    }
    return replace(
        view,
        findings=tuple(changed.get(id(finding), finding) for finding in view.findings),
        plans=tuple((changed.get(id(finding), finding), plan) for finding, plan in view.plans),
    )


def _valued(finding: Finding, gains: Iterable[Gain], host: str) -> Finding:
    known = list(gains)
    here = [one for one in known if one.host == host and not one.plant and one.subject in ("", finding.subject)]
    plants = [one for one in known if one.plant]
    if here:
        last = max(here, key=lambda one: one.when)
        confidence = Confidence.CONFIRMED if last.answer == HELPS else Confidence.REFUTED
        return replace(finding, worth=_here(last), gain=last.ratio, confidence=confidence)
    if plants:
        middle = sorted(one.ratio for one in plants)[len(plants) // 2]
        return replace(finding, worth=_in_plants(plants), gain=middle)
    return finding


def _here(one: Gain) -> str:
    """`here +38 % (35 to 41) of storage/randread-4k-qd32/read.iops, 2026-11-28: helps`."""
    ends = f"{_percent(one.low):.0f} to {_percent(one.high):.0f}"
    return f"here {_percent(one.ratio):+.0f} % ({ends}) of {one.metric}, {one.when}: {one.answer}"


def _in_plants(plants: Sequence[Gain]) -> str:
    """`in 7 plants +12 to +60 %`."""
    ratios = [one.ratio for one in plants]
    number = count_of(len({one.plant for one in plants}), "plant")
    return f"in {number} {_percent(min(ratios)):+.0f} to {_percent(max(ratios)):+.0f} %"


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)
