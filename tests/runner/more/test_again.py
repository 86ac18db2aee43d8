"""A trial that other work disturbed is measured once more, and a cleaner repeat stands for it."""

from dataclasses import replace

from perfadvisor.analyse.results.cells import cell
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.model.doubts import BY_OTHERS
from perfadvisor.model.result import Cell, TrialResult, TrialState, Trust
from perfadvisor.report.results import left_out
from perfadvisor.runner.more.again import Again
from tests.runner.more.made import STOLEN, header_of, result, workload

WORK = workload()
HEADER = header_of([WORK], repeats=5)
RESULTS = [result(trial, 100.0 + trial.number, STOLEN if trial.number in (2, 4) else None) for trial in HEADER.plan]


def summed(results: list[TrialResult]) -> Cell:
    return cell(WORK, "local", tuple(with_doubts(one, WORK) for one in results))


def test_each_disturbed_trial_is_planned_once_more() -> None:
    found = Again().more(HEADER, RESULTS, left_s=60.0)
    assert [(trial.number, trial.again_of, trial.workload) for trial in found.trials] == [
        (6, 2, "storage/x"),
        (7, 4, "storage/x"),
    ]
    assert found.said == ("measured again, because other work disturbed them: 2 trials (2, 4)",)
    planned = replace(HEADER, plan=(*HEADER.plan, *found.trials))
    assert Again().more(planned, RESULTS, left_s=60.0).trials == (), "planned is enough"
    disturbed_again = [*RESULTS, *(result(trial, 1.0, STOLEN) for trial in found.trials)]
    assert Again().more(planned, disturbed_again, left_s=60.0).trials == (), "a repeat is not repeated"


def test_the_budget_bounds_it_and_the_rest_is_said() -> None:
    found = Again().more(HEADER, RESULTS, left_s=3.0)
    assert [trial.again_of for trial in found.trials] == [2]
    assert Again().more(HEADER, RESULTS, left_s=0.0).trials == ()
    assert Again().words(HEADER, RESULTS) == (
        "disturbed by other work, and the budget had no time to repeat them: 2 trials (2, 4)",
    )
    assert Again().words(HEADER, RESULTS[:1]) == ()


def test_a_cleaner_repeat_stands_for_its_trial() -> None:
    trials = Again().more(HEADER, RESULTS, left_s=None).trials
    found = summed([*RESULTS, *(result(trial, 200.0 + trial.again_of) for trial in trials)])
    assert sorted(found.estimates[0].values) == [101, 103, 105, 202, 204]
    assert found.trust is Trust.NOISY and [doubt.reason for doubt in found.doubts] == ["the runs disagree"]
    assert [one.trial.number for one in found.left_out] == [2, 4]
    assert list(left_out(found)) == [
        "2 of 7 runs measured again and left out of the median: CPU time was stolen by the hypervisor"
    ]


def test_a_repeat_that_is_no_cleaner_stands_beside_it() -> None:
    (trial, _) = Again().more(HEADER, RESULTS, left_s=None).trials
    found = summed([*RESULTS, result(trial, 200.0, STOLEN)])
    assert len(found.estimates[0].values) == 6 and found.left_out == ()


def test_a_slow_trial_is_no_reason() -> None:
    slow = [result(trial, 1.0 if trial.number == 3 else 100.0) for trial in HEADER.plan]
    assert Again().more(HEADER, slow, left_s=None).trials == ()


def test_what_the_workload_does_itself_is_no_reason() -> None:
    assert not {reason for reason in BY_OTHERS if "queue depth" in reason or "rate limit" in reason}
    failed = [replace(RESULTS[1], state=TrialState.FAILED)]
    assert Again().more(HEADER, failed, left_s=None).trials == ()
