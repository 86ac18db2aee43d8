"""What `run` and `sweep` ask the runner for, from the words of a user."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor import runner
from perfadvisor.cli import run, run_body, running, sweep
from perfadvisor.errors import InputError
from perfadvisor.runner import Request

READ = "storage/randread-4k-qd1"


class StopError(Exception):
    """The runner was reached."""


@pytest.fixture
def asked(tmp_path_factory, monkeypatch):
    def measure(request: Request, _progress: object) -> None:
        seen.append(request)
        raise StopError

    def ask(command, *words: str) -> Request:
        with pytest.raises(StopError):
            CliRunner().invoke(command, words, catch_exceptions=False)
        return seen.pop()

    seen: list[Request] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setattr(runner, "measure", measure)
    monkeypatch.setattr(run_body, "measure", measure)
    monkeypatch.setattr(running, "stop_cleanly", lambda: None)
    monkeypatch.setattr(running, "put_back_leftovers", lambda: None)
    return ask


def test_a_run_measures_what_was_asked_for(asked) -> None:
    words = ("--size", "4g", "--runtime", "1m", "--ramp", "0", "--fio", "hipri=1", "--fio", "bs=16k")
    found = asked(run.command, READ, "network/tcp-stream", *words)
    disk, flow = found.workloads
    assert disk.id == f"{READ}+block_size_bytes=16384+hipri=true+size_bytes=4294967296"
    assert (disk.runtime_s, disk.warmup_s, flow.id, flow.runtime_s) == (60, 0, "network/tcp-stream", 60)
    assert (found.precision, found.repeats) == (None, 5)


def test_without_options_a_workload_is_as_its_file_says(asked) -> None:
    (found,) = asked(run.command, READ).workloads
    assert (found.id, found.runtime_s, found.warmup_s) == (READ, 8, 2)


@pytest.mark.parametrize(("word", "share"), [("2%", 0.02), ("0.5 %", 0.005), ("0.02", 0.02)])
def test_precision_begins_with_the_first_look(asked, word: str, share: float) -> None:
    found = asked(run.command, READ, "--precision", word)
    assert (found.precision, found.repeats) == (pytest.approx(share), 8)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "big"), "--size big: not a size"),
        (("--size", "100"), "--size should be between 4096"),
        (("--runtime", "0"), "--runtime 0: should be between 0.001 s and"),
        (("--ramp", "2h"), "--ramp 2h: should be between 0 s and"),
        (("--runtime", "soon"), "is not a duration"),
        (("--fio", "filename=/dev/sda"), "perfadvisor chooses the file"),
        (("--precision", "2"), "should be from 0.1% to 50%"),
        (("--precision", "nan%"), "should be from 0.1% to 50%"),
        (("--precision", "2%", "--repeats", "5"), "leave --repeats out"),
    ],
)
def test_mistakes_of_a_run(asked, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        CliRunner().invoke(run.command, (READ, *words), catch_exceptions=False)


def test_resume_takes_none_of_it(asked, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it takes no --size"):
        CliRunner().invoke(run.command, ("--resume", str(tmp_path), "--size", "1g"), catch_exceptions=False)


def test_a_sweep_measures_each_value_for_a_short_time(asked) -> None:
    found = asked(sweep.command, READ, "--over", "queue_depth=1..4")
    assert [one.id for one in found.workloads] == [READ, f"{READ}+iodepth=2", f"{READ}+iodepth=4"]
    assert {(one.runtime_s, one.warmup_s) for one in found.workloads} == {(4, 1)}
    assert (found.repeats, found.policies) == (3, ())


def test_a_sweep_with_a_target_searches(asked) -> None:
    found = asked(sweep.command, READ, "--over", "queue_depth=1..4", "--slo", "p99=1ms", "--runtime", "9s")
    (search,) = found.policies
    assert (found.repeats, found.workloads[0].runtime_s) == (1, 9)
    assert search.target.metric == "read.lat_p99"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quick", "--over", "queue_depth=1..4"), "one workload"),
        ((READ, "--over", "colour=1..4"), "unknown parameter `colour`"),
        ((READ, "--over", "iodepth=1..4", "--slo", "fast"), "percentile with a time"),
        ((READ, "--over", "iodepth=1..4", "--slo", "p99=1ms", "--env", "local", "--env", "docker"), "one environment"),
    ],
)
def test_mistakes_of_a_sweep(asked, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(sweep.command, words, catch_exceptions=False)
