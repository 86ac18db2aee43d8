"""A command of the user's own: its argv, its rows, and what it prints."""

import subprocess
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.result import Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.own import command

HEADER = "workload,metric,unit,better,value"


def argv(text: str) -> tuple[str, ...]:
    workload = command.typed(f"x={text}")
    trial = Trial(number=1, workload="x", environment="", repeat=1, position=1, runtime_s=1, warmup_s=0)
    return command.command(workload, trial, Context())


def ran(text: str) -> Output:
    done = subprocess.run(argv(text), capture_output=True, timeout=20)
    return command.parse(done.stdout, done.stderr, done.returncode)


def printed(text: str, **parameters: str) -> Output:
    return command.parse(text.encode(), b"", 0, parameters)


def test_words_are_arguments_and_no_shell_expands_them(tmp_path: Path) -> None:
    words = argv(f"touch '{tmp_path}/a b' $HOME ;id")
    assert words[:2] == ("sh", "-c") and words[4:] == ("touch", f"{tmp_path}/a b", "$HOME", ";id")
    done = subprocess.run(argv("printf '%s|' 'a b' '$HOME' ';id'"), capture_output=True, timeout=20)
    assert done.stdout == b"a b|$HOME|;id|"


def test_rows_come_through_the_file_that_the_variable_names(tmp_path: Path) -> None:
    script = tmp_path / "bench.sh"
    script.write_text(
        f'echo hello; echo {HEADER} > "$PERFADVISOR_CSV"\nprintf "b,rate,ops/s,higher,5" >> "$PERFADVISOR_CSV"\n'
    )
    found = ran(f"sh {script}")
    assert found.samples == (Sample(metric="rate", value=5.0, unit=Unit.PER_SECOND, better="higher"),)
    assert not found.error


def test_a_program_without_the_shells_descriptors_finds_it_too(tmp_path: Path) -> None:
    script = tmp_path / "bench.py"
    script.write_text(
        "import os, subprocess, sys\n"
        "if len(sys.argv) == 1:\n"
        "    sys.exit(subprocess.call([sys.executable, __file__, 'inner']))\n"
        "with open(os.environ['PERFADVISOR_CSV'], 'w') as file:\n"
        f"    file.write('{HEADER}\\nb,p99,us,lower,7\\n')\n"
    )
    import sys

    assert [sample.value for sample in ran(f"{sys.executable} {script}").samples] == [7.0]


def test_its_exit_code_is_its_own_and_what_it_leaves_running_is_not_waited_for() -> None:
    assert ran("sh -c 'echo no room >&2; exit 3'").error == "exit code 3: no room"
    assert ran("sh -c 'sleep 15 > /dev/null 2>&1 & exit 0'").error == ""
    assert "127" in ran("no-such-program-here").error


def test_rows_may_be_printed_and_their_median_counts() -> None:
    rows = "\n".join(f"PERFADVISOR_CSV {row}" for row in (HEADER, "b,t,ms,lower,3", "b,t,ms,lower,9", "b,t,ms,lower,4"))
    assert [sample.value for sample in printed(f"noise\n{rows}\n").samples] == [4.0]
    both = "\n".join(f"PERFADVISOR_CSV {row}" for row in (HEADER, "a,t,s,lower,1", "b,t,s,lower,2"))
    assert [sample.metric for sample in printed(both).samples] == ["a.t", "b.t"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("b,t,ms,lower", "columns"),
        ("b,t,ms,faster,1", "faster"),
        ("b,t,ms,lower,nan", "no number"),
        ("b,t t,ms,lower,1", "not a name"),
    ],
)
def test_a_broken_row_is_an_error(row: str, why: str) -> None:
    assert why in printed(f"PERFADVISOR_CSV {HEADER}\nPERFADVISOR_CSV {row}\n").error


def test_named_groups_are_metrics_with_their_units() -> None:
    found = printed(
        "tps = 120.5\nlatency average = 3.2 ms\ntps = 130\n",
        regex=r"latency average = (?P<latency>[0-9.]+) ms|tps = (?P<tps>[0-9.]+)",
        units="latency=ms lower, tps=per_s higher",
    )
    assert {(one.metric, one.value, one.unit, one.better) for one in found.samples} == {
        ("tps", 130.0, Unit.PER_SECOND, "higher"),
        ("latency", 3.2, Unit.MILLISECONDS, "lower"),
    }
    assert "matches nothing" in printed("nothing", regex="(?P<x>[0-9]+)").error


def test_paths_into_json() -> None:
    found = printed('{"runs": [{"p99": 4}], "n": "12"}', json="p99=runs.0.p99, n=n", units="p99=parsecs lower")
    assert {(one.metric, one.value, one.unit) for one in found.samples} == {("p99", 4.0, ""), ("n", 12.0, "")}
    assert printed("{}", json="a=b.c").error == "the JSON has no b.c"
    assert "no JSON" in printed("x", json="a=b").error
    assert "no number" in printed('{"b": true}', json="a=b").error


@pytest.mark.parametrize("text", ["make", "=make", "a b=make", "x=", "x='open", "-x=y", "x:=y"])
def test_what_is_no_name_and_command_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--cmd"):
        command.typed(text)


def test_the_metric_that_judges_it_may_be_named() -> None:
    assert command.typed("pg:tps=bench a=b").metrics == ("tps", "time")
    assert command.typed("pg=bench a:b=c").parameters == {"command": "bench a:b=c"}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("regex", "(", "not a regular expression"),
        ("regex", "a", "no named group"),
        ("command", "'", "split into words"),
    ],
)
def test_a_parameter_says_what_is_wrong(name: str, value: str, why: str) -> None:
    assert why in command.PARAMETERS[name].complaint(value)


def test_a_command_that_nobody_allowed_is_refused() -> None:
    workload = Workload(
        id="own/x", title="", device="own", tool="command", parameters={"command": "rm x"}, metrics=("time",)
    )
    with pytest.raises(InputError, match="own/x runs a command of its own: rm x"):
        command.refuse([workload])
