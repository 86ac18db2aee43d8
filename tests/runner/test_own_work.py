"""The guide's pages on own commands, job files, hooks and plug-ins, followed with real programs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import TrialState
from perfadvisor.model.run import Run
from tests.runner.conftest import Bench

pytestmark = [pytest.mark.slow, pytest.mark.tools]
DOCS = Path(__file__).resolve().parents[2] / "docs"
OWN, PLUGIN = (DOCS / name for name in ("own-work.md", "tool-plugin.md"))
JOB = "[global]\nioengine=psync\nsize=4m\nruntime=300ms\ntime_based\n[read]\nrw=randread\n[write]\nrw=randwrite\n"


def block(page: Path, kind: str, holding: str) -> str:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    return next(text for text in found if holding in text)


def perfadvisor(bench: Bench, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return bench.call([sys.executable, "-m", "perfadvisor", *words], **more)


def measured(bench: Bench, *words: str, **more: str) -> Run:
    done = perfadvisor(bench, "run", *words, "--out", str(bench.out), **more)
    assert done.returncode == 0, done.stderr
    run = bundle.load(bench.out)
    assert {result.state for result in run.results} == {TrialState.DONE}, [one.reason for one in run.results]
    return run


def samples(run: Run) -> set[str]:
    return {sample.metric for result in run.results for sample in result.output.samples}


def test_a_command_is_judged_by_its_time_and_its_page_renders(bench: Bench) -> None:
    run = measured(bench, "--cmd", "nap=sleep 0.2", "--repeats", "3")
    assert run.workloads["own/nap"].metrics == ("time",)
    assert all(0.2 <= result.output.samples[0].value < 5 for result in run.results)
    assert {"cpu.busy_share", "gauge.samples"} & set(run.results[0].deltas)
    page = perfadvisor(bench, "report", str(bench.out), "-o", str(bench.root / "page.html"))
    assert page.returncode == 0, page.stderr
    assert "nap" in (bench.root / "page.html").read_text()
    assert perfadvisor(bench, "advise", str(bench.out)).returncode == 0


def test_the_pages_script_writes_rows(bench: Bench) -> None:
    script = bench.root / "bench.sh"
    script.write_text(block(OWN, "sh", "PERFADVISOR_CSV"))
    script.chmod(0o755)
    run = measured(bench, "--cmd", "parse:rate=./bench.sh", "--repeats", "2")
    assert samples(run) == {"rate", "time"}
    failed = perfadvisor(bench, "run", "--cmd", "parse:speed=./bench.sh", "--repeats", "1", "--out", "other")
    assert failed.returncode == 3 and "it gave no speed, but rate, time" in failed.stderr


def test_a_workload_file_reads_what_is_printed_only_where_that_is_allowed(bench: Bench) -> None:
    file = bench.root / "workloads" / "own" / "pgbench.yaml"
    file.parent.mkdir()
    text = block(OWN, "yaml", "id: own/pgbench")
    file.write_text(text.replace("pgbench -c 8 -T 10 bench", "printf 'tps = 12.5\\nlatency average = 3.0 ms\\n'"))
    refused = perfadvisor(bench, "run", "own/pgbench", "--workloads", "workloads", "--out", "no")
    assert refused.returncode == 2 and "--allow-commands" in refused.stderr
    assert perfadvisor(bench, "sweep", "own/pgbench", "--over", "x=1..2", "--workloads", "workloads").returncode == 2
    gate = perfadvisor(
        bench, "gate", "run", "--workload", "own/pgbench", "--workloads", "workloads", "--a", "local", "--b", "local"
    )
    assert gate.returncode == 2
    run = measured(bench, "own/pgbench", "--workloads", "workloads", "--allow-commands", "--repeats", "1")
    assert samples(run) == {"tps", "latency", "time"}


def test_the_sections_of_a_job_file_are_measured(bench: Bench) -> None:
    (bench.root / "myjob.fio").write_text(JOB)
    run = measured(bench, "myjob.fio", "--repeats", "1", "--dir", str(bench.test_dir))
    assert set(run.workloads) == {"fio/myjob-read", "fio/myjob-write"}
    assert {"read.iops", "write.iops"} <= samples(run)
    assert any("here each section is measured on its own" in note for note in run.notes)
    assert bench.left_behind() == []


def test_hooks_run_around_each_trial_and_are_kept_nowhere(bench: Bench) -> None:
    log = bench.root / "log"
    before, after = (f"sh -c 'echo {word} $PERFADVISOR_TRIAL >> {log}'" for word in ("before", "after"))
    measured(bench, "--cmd", "x=true", "--repeats", "2", "--before-trial", before, "--after-trial", after)
    assert log.read_text().split("\n")[:-1] == ["before 1", "after 1", "before 2", "after 2"]
    assert str(log) not in (bench.out / "run.json").read_text().replace(json_argv(bench), "")


def json_argv(bench: Bench) -> str:
    """What was typed stands in the run as a record, which nothing follows."""
    text = (bench.out / "run.json").read_text()
    return re.search(r'"argv": \[.*?\]', text, re.S)[0]  # type: ignore[index]


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_the_plug_in_of_the_page_runs(bench: Bench) -> None:
    site = bench.root / "site"
    metadata = site / "perfadvisor_openssl-1.0.dist-info"
    metadata.mkdir(parents=True)
    project = block(PLUGIN, "toml", "[project]")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: perfadvisor-openssl\nVersion: 1.0\n")
    entries = project.partition('"perfadvisor.tools"]\n')[2].partition("\n\n")[0]
    (metadata / "entry_points.txt").write_text("[perfadvisor.tools]\n" + entries.replace('"', ""))
    (site / "perfadvisor_openssl.py").write_text(block(PLUGIN, "python", "PROGRAM"))
    file = bench.root / "mine" / "cpu" / "aes.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(block(PLUGIN, "yaml", "id: cpu/aes"))
    path = {"PYTHONPATH": os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))}
    assert perfadvisor(bench, "workloads", "lint", "--workloads", "mine", **path).returncode == 0
    run = measured(bench, "cpu/aes", "--workloads", "mine", "--repeats", "2", **path)
    assert samples(run) == {"bytes_per_s"}
    assert all(result.output.samples[0].value > 1e6 for result in run.results)
