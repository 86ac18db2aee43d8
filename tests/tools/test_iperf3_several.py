"""Several iperf3 processes at once: one result, whose outputs do not mix."""

import json
import subprocess
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import Output, Sample, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import iperf3
from perfadvisor.tools.context import Context
from perfadvisor.tools.iperf3_several import CLIENTS, several, together
from tests.runner.conftest import Bench, bench

__all__ = ["bench"]
FAKE = """#!/bin/sh
for word in "$@"; do case $word in --port=*) port=${word#--port=} ;; esac; done
sleep "0.0$((port % 4))"
i=0; while [ $i -lt 3000 ]; do echo "$port"; i=$((i + 1)); done
exit $((port % 10))
"""


def one(rate: float, cpu: float, again: float = 2) -> Output:
    samples = (
        Sample(metric="bits_per_s", value=rate, unit=Unit.BITS_PER_SECOND, better="higher"),
        Sample(metric="retransmits", value=again, unit=Unit.COUNT, better="lower"),
        Sample(metric="rtt_mean", value=rate, unit=Unit.MICROSECONDS, better="lower"),
    )
    return Output(samples=samples, details={"streams": 2, "sender_cpu_percent": cpu, "iperf3_version": "3.12"})


def test_rates_add_up_and_the_busiest_counts() -> None:
    found = together([one(10, 90.5), one(30, 40)])
    assert {sample.metric: sample.value for sample in found.samples} == {
        "bits_per_s": 40,
        "retransmits": 4,
        "rtt_mean": 20,
    }
    assert found.details == {"streams": 4, "sender_cpu_percent": 90.5, "iperf3_version": "3.12"}
    assert together([one(1, 1), Output(samples=(), error="refused")]).error == "refused"


def test_their_outputs_come_one_after_the_other_whole(tmp_path: Path) -> None:
    fake = tmp_path / "iperf3"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(several(CLIENTS, 4, 5001, (str(fake), "-x")), stdout=out, timeout=60)
    lines = (tmp_path / "out").read_text().split()
    assert [lines[at] for at in range(0, 12000, 3000)] == ["5004", "5003", "5002", "5001"]
    assert all(len(set(lines[at : at + 3000])) == 1 for at in range(0, 12000, 3000))
    assert done.returncode == 1, "the exit code is the first one's"


def test_one_process_is_the_plain_command() -> None:
    workload = Workload(id="n/x", title="", device="network", tool="iperf3", parameters={}, metrics=())
    trial = Trial(number=1, workload="n/x", environment="", repeat=1, position=1, runtime_s=1, warmup_s=0)
    assert iperf3.command(workload, trial, Context())[:3] == ("iperf3", "--client=127.0.0.1", "--port=5201")
    assert iperf3.server(workload, Context()) == ("iperf3", "--server", "--one-off", "--port=5201")


def test_a_process_that_printed_nothing_is_an_error() -> None:
    text = json.dumps({"start": {"version": "iperf 3.12"}, "error": "x"}).encode()
    assert iperf3.parse(text, b"", 0, {"processes": 2}).error


@pytest.mark.slow
@pytest.mark.tools
def test_two_processes_measure(bench: Bench) -> None:
    more = ("--repeats", "1", "--runtime", "1s", "--iperf3", "processes=2")
    done = bench.run("network/long", more=more)
    assert done.returncode == 0, done.stderr
    (result,) = bundle.load(bench.out).results
    assert result.state is TrialState.DONE, result.reason
    assert result.output.details["streams"] == 2
    assert next(sample.value for sample in result.output.samples if sample.metric == "bits_per_s") > 1e6
