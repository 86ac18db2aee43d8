from dataclasses import replace

from perfadvisor.model.result import IoPath, Trust
from perfadvisor.model.rule import Confidence, Finding, Outcome, Severity
from perfadvisor.report.findings import entries
from perfadvisor.report.verdict import plain, verdict
from tests.report import synthetic


def said(view) -> str:
    return plain(verdict(view, entries(view.findings)))


def test_it_says_what_the_machine_delivers_what_holds_it_back_and_whether_to_trust_it(view) -> None:
    text = said(view())
    assert "Storage reaches 200 k IOPS (random read, 4 KiB, 32 deep), 1.75 GB/s (sequential read" in text
    assert "and 84.2 µs median latency (random read, 4 KiB, one at a time). " in text
    assert "The network carries 23.3 Gbit/s (TCP, eight streams)" in text
    assert "The memory path reaches 12.5 GB/s" in text
    assert "3 findings hold it back: (1) the NIC's interrupts" in text
    assert "1 hint from settings alone. 3 rules could not be evaluated. " in text
    assert "10 of 12 results can be trusted as they stand; 1 noisy (other work was running)" in text


def test_one_result_is_spoken_of_as_one(view) -> None:
    def of(trust: Trust) -> str:
        shown = view()
        cell = next(cell for cell in shown.cells if cell.estimates and cell.trust is trust)
        return said(replace(shown, cells=(cell,)))

    assert "The one result can be trusted as it stands." in of(Trust.VALID)
    assert "The one result cannot be trusted as it stands; 1 invalid (page cache in the result)" in of(Trust.INVALID)


def test_an_invalid_number_is_never_the_best(view) -> None:
    cached = max(e.median for c in view().cells if c.trust is Trust.INVALID for e in c.estimates)
    assert cached > 9e9
    assert "9.93 GB/s" not in said(view())


def test_a_finding_named_in_the_verdict_links_to_itself(view) -> None:
    found = entries(view().findings)
    linked = [part for part in verdict(view(), found) if part.finding]
    for part in linked:
        assert found[part.finding - 1].title[1:].startswith(part.text[1:])
    assert linked


def test_loopback_is_not_called_a_network_and_what_others_measured_is_neither(view) -> None:
    def by(command: tuple[str, ...]) -> str:
        shown = view()
        cells = (
            replace(cell, trials=tuple(replace(trial, path=IoPath(), command=command) for trial in cell.trials))
            for cell in shown.cells
        )
        return said(replace(shown, cells=tuple(cells)))

    assert "crossing no NIC" in by(("iperf3", "-c", "127.0.0.1"))
    assert "crossing no NIC" not in by(()) and "Network traffic reaches" in by(())


def test_settings_alone_are_only_hints(view) -> None:
    hint = Finding(
        rule=synthetic.rule("x", "A thing is off", Severity.HIGH), environment="", subject="", outcome=Outcome.FIRES
    )
    read = replace(view(), run=None, cells=(), findings=(hint,))
    assert said(read) == (
        "1 hint from settings alone: (1) a thing is off. Nothing was measured: the findings rest on settings alone."
    )
    sure = replace(read, findings=(replace(hint, confidence=Confidence.LIKELY),))
    assert "1 finding holds it back: (1) a thing is off" in said(sure)


def test_nothing_found(view) -> None:
    read = replace(view(), run=None, cells=(), findings=())
    assert said(read).startswith("Nothing could be judged: no rule about the machine could be evaluated.")
    measured = replace(view(), findings=view().with_outcome(Outcome.CLEAR))
    assert "Nothing was found that holds it back: 6 rules looked, and every rule that applies" in said(measured)


def test_what_is_wrong_in_another_environment_says_where(view) -> None:
    hint = Finding(
        rule=synthetic.rule("x", "A thing is off", Severity.LOW), environment="", subject="", outcome=Outcome.FIRES
    )
    several = tuple(replace(hint, environment=name) for name in ("local", "vm", "docker"))
    text = said(replace(view(environments=("local", "vm", "docker")), findings=several))
    assert "(1) a thing is off in docker, (2) a thing is off, (3) a thing is off in vm. " in text
