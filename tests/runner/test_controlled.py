"""`run --controlled`: which settings it wants, and that they are held for the run and restored."""

import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.model.tree import Tree
from perfadvisor.runner.controlled import wanted
from tests.runner.conftest import Bench

FREQ, CPU = "/sys/devices/system/cpu/cpufreq/policy0", "/sys/devices/system/cpu/cpu0/cpuidle"


def test_the_highest_clock_and_no_long_way_out_of_idle() -> None:
    tree = Tree(
        {
            f"{FREQ}/scaling_governor": b"powersave\n",
            f"{FREQ}/scaling_available_governors": b"performance powersave\n",
            **{f"{CPU}/state{number}/disable": b"0\n" for number in range(3)},
            f"{CPU}/state1/latency": b"2\n",
            f"{CPU}/state2/latency": b"133\n",
        }
    )
    assert [(one.setting, one.subject, dict(one.to)) for one in wanted(tree)] == [
        ("cpu.governor", "policy0", {"governor": "performance"}),
        ("cpu.idle_disable", "cpu0/cpuidle/state2", {"idle_disable": "1"}),
    ]


def test_what_this_machine_does_not_have_is_not_wanted() -> None:
    assert list(wanted(Tree({}))) == []
    only = {f"{FREQ}/scaling_governor": b"schedutil\n", f"{FREQ}/scaling_available_governors": b"schedutil\n"}
    assert list(wanted(Tree(only))) == []


ENTER = 'mount --bind "$1" /sys/devices/system/cpu/cpu0/cpuidle && shift && exec "$@"'


@pytest.mark.slow
@pytest.mark.tools
def test_an_idle_state_is_held_during_the_trials_and_restored(bench: Bench, tmp_path: Path) -> None:
    """In a mount namespace of its own, with idle states that are files."""
    if not Path(CPU).is_dir() or subprocess.run(("unshare", "-m", "true"), check=False).returncode:
        pytest.skip("no idle states, or no mount namespace")
    states = tmp_path / "cpuidle"
    for number, latency in ((0, 0), (1, 250)):
        (states / f"state{number}").mkdir(parents=True)
        for name, text in (("name", f"C{number}"), ("latency", str(latency)), ("disable", "0")):
            (states / f"state{number}" / name).write_text(f"{text}\n")
    log = tmp_path / "log"
    hook = f"sh -c 'cat {states}/state?/disable > {log}'"
    words = (
        "run",
        "--cmd",
        "x=true",
        "--repeats",
        "1",
        "--controlled",
        "--before-trial",
        hook,
        "--out",
        str(bench.out),
    )
    program = (sys.executable, "-m", "perfadvisor", *words)
    done = bench.call(["unshare", "-m", "sh", "-c", ENTER, "sh", str(states), *program])
    assert done.returncode == 0, done.stderr
    assert log.read_text().split() == ["0", "1"]
    assert [(states / f"state{number}" / "disable").read_text().strip() for number in (0, 1)] == ["0", "0"]
    header = (bench.out / "run.json").read_text()
    assert "controlled: cpu.idle_disable cpu0/cpuidle/state1: idle_disable 0 -> 1" in header
    assert "machine changed" not in header
