"""The headline answers the question that was asked, from results that conclusions may rest on."""

from dataclasses import replace

from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import Doubt, Trust
from perfadvisor.report.verdict import plain, verdict
from tests.states.made import Planned, judged

VALID, INVALID = (Trust.VALID,) * 5, (Trust.INVALID,) * 5


def said(*cells: Planned) -> str:
    return plain(verdict(judged(cells), ()))


def test_no_other_question_stands_in_for_an_invalid_answer() -> None:
    text = said(Planned("lat", "local", INVALID), Planned("iops", "local", INVALID), Planned("bytes", "local", VALID))
    assert text.startswith("Storage reaches 2.41 GB/s (asks bytes). ")
    assert "Storage: cannot say its latency (asks lat), because other work ran on the CPUs." in text
    assert "Storage: cannot say its I/Os per second (asks iops), because other work ran on the CPUs." in text
    assert " IOPS" not in text and "median latency" not in text


def test_each_question_has_its_figure() -> None:
    text = said(Planned("lat", "local", VALID), Planned("iops", "local", VALID), Planned("bytes", "local", VALID))
    assert text.startswith("Storage reaches 191 k IOPS (asks iops), 2.41 GB/s (asks bytes) and 141 µs median latency")


def imported(*sources: tuple[str, str]) -> str:
    view = judged([Planned("iops", "imported", (Trust.VALID,) * len(sources))])
    (cell,) = view.cells
    trials = tuple(
        replace(trial, output=replace(trial.output, details={"imported_from": file, "target": target}))
        for trial, (file, target) in zip(cell.trials, sources, strict=True)
    )
    return plain(verdict(replace(view, cells=(replace(cell, trials=trials),)), ()))


def test_there_is_none_over_files_of_machines_that_may_differ() -> None:
    assert "No headline: the 2 files name 2 targets" in imported(("a.json", "/dev/sda"), ("b.json", "/data/x"))
    assert "Storage reaches" in imported(("a.json", "/dev/sda"), ("b.json", "/dev/sda"))
    assert "Storage reaches" in imported(("a.json", "/dev/sda"), ("a.json", "/dev/sdb"))


def of(details: dict[str, str], *doubts: DoubtReason) -> str:
    view = judged([Planned("iops", "local", VALID)])
    (cell,) = view.cells
    trials = tuple(replace(trial, output=replace(trial.output, details=details)) for trial in cell.trials)
    found = tuple(Doubt(trust=Trust.NOISY, reason=reason, evidence="seen") for reason in doubts)
    return plain(verdict(replace(view, cells=(replace(cell, trials=trials, doubts=found),)), ()))


def test_the_speed_of_a_limit_is_not_said_of_the_device() -> None:
    assert "(asks iops), which is the speed of a rate limit, not of the device. " in of({}, DoubtReason.RATE_LIMITED)
    asked = of({"rate_options": "rate_iops=100"})
    assert "(asks iops), held back by its own rate_iops=100: not what the device can do. " in asked
    assert "(asks iops). " in of({}, DoubtReason.CPU_STOLEN)
