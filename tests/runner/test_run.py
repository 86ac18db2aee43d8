"""Whole runs through the command line, with the real tools."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.tools, pytest.mark.slow]
HUGE = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")


def wait_until(condition, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return bool(condition())


def test_a_run_measures_keeps_and_cleans_up(bench) -> None:
    done = bench.run("storage/tiny", "network/tiny", more=("--repeats", "2", "--seed", "5"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{bench.out}\n", "the path alone, for scripts"
    assert "4 of 4 trials measured" in done.stderr
    assert "left)" in done.stderr
    run = bundle.load(bench.out)
    assert (run.state, run.seed, len(run.results)) == ("complete", 5, 4)
    assert {result.state for result in run.results} == {TrialState.DONE}
    assert set(run.before) == set(run.after) == {"local"}
    assert run.versions.keys() >= {"perfadvisor", "fio"}
    assert run.host["kernel"] == os.uname().release
    assert bench.left_behind() == []


def test_a_result_knows_its_way_and_what_moved_meanwhile(bench) -> None:
    assert bench.run("storage/tiny", "network/tiny", more=("--repeats", "1")).returncode == 0
    by_name = {result.trial.workload: result for result in bundle.load(bench.out).results}
    storage, network = by_name["storage/tiny"], by_name["network/tiny"]
    assert storage.path.file_system
    assert storage.command[0] == "fio"
    assert {"cpu.busy_share", "interrupts.per_s", "vmstat.major_faults"} <= storage.deltas.keys()
    assert (network.path.nic, network.path.block) == ("", "")
    assert any("no NIC was crossed" in note for note in bundle.load(bench.out).notes)
    kept = bundle.evidence(bench.out, storage.trial.number)
    assert json.loads(kept.stdout)["fio version"]
    assert kept.before.exists("/proc/stat")


def test_what_cannot_be_measured_says_why_and_the_rest_goes_on(bench, tmp_path) -> None:
    only_fio = tmp_path / "bin"
    only_fio.mkdir()
    for name in ("fio", "ip", "nsenter", "unshare", "sleep"):
        (only_fio / name).symlink_to(subprocess.check_output(["which", name], text=True).strip())
    hidden = {"PATH": str(only_fio)}
    done = bench.run("storage/tiny", "network/long", more=("--repeats", "1"), **hidden)
    assert done.returncode == 0, done.stderr
    by_name = {result.trial.workload: result for result in bundle.load(bench.out).results}
    assert by_name["storage/tiny"].state is TrialState.DONE
    assert by_name["network/long"].state is TrialState.NOT_MEASURED
    assert "apt install iperf3" in by_name["network/long"].reason


def test_nothing_measured_is_exit_code_3(bench, tmp_path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "fio").write_text("#!/bin/sh\necho 'fio: disk on fire' >&2\nexit 0\n")
    (fake / "fio").chmod(0o755)
    done = bench.run("network/tiny", more=("--repeats", "1"), PATH=f"{fake}:{os.environ['PATH']}")
    assert done.returncode == 3
    assert "nothing could be measured" in done.stderr
    assert "disk on fire" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(bundle.load(bench.out).results) == 1, "the failure is kept"


def test_a_file_that_cannot_be_written_leaves_the_network_measured(bench, tmp_path) -> None:
    fio = subprocess.check_output(["which", "fio"], text=True).strip()
    fake = tmp_path / "bin"
    fake.mkdir()
    refuse = "echo 'fio: io error' >&2; exit 1"
    (fake / "fio").write_text(f'#!/bin/sh\ncase "$*" in *--name=layout*) {refuse};; esac\nexec {fio} "$@"\n')
    (fake / "fio").chmod(0o755)
    done = bench.run("storage/tiny", "network/tiny", more=("--repeats", "1"), PATH=f"{fake}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    by_name = {result.trial.workload: result for result in bundle.load(bench.out).results}
    assert "the test file could not be written: fio: io error" in by_name["storage/tiny"].reason
    assert by_name["network/tiny"].state is TrialState.DONE
    assert bench.left_behind() == []


@pytest.mark.parametrize(
    ("names", "more", "said"),
    [
        (["storage/tinny"], (), "storage/tiny"),
        (["quik"], (), "quick"),
        (["storage/tiny"], ("--env", "lokal"), "did you mean local?"),
        (["storage/tiny"], ("--budget", "soon"), "not a duration"),
        (["storage/tiny"], ("--budget", "1s"), "too short"),
        (["storage/tiny"], ("--dir", "/dev/shm"), "memory, not a disk"),
        (["storage/tiny"], ("--dir", "/nowhere"), "no such directory"),
        (["storage/tiny"], ("--device", "/dev/null"), "not a block device"),
        (["storage/tiny"], ("--resume", "."), "takes no --dir, --out, --workloads, workload names"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(bench, names, more, said) -> None:
    done = bench.run(*names, more=more)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not bench.out.exists()


def test_a_folder_in_use_is_not_touched(bench) -> None:
    bench.out.mkdir()
    (bench.out / "precious").write_text("x")
    done = bench.run("network/tiny")
    assert (done.returncode, [path.name for path in bench.out.iterdir()]) == (2, ["precious"])


def test_a_budget_is_kept_and_what_it_cost_is_said(bench) -> None:
    done = bench.run("storage/tiny", "network/tiny", more=("--repeats", "5", "--budget", "9s"))
    assert done.returncode == 0, done.stderr
    run = bundle.load(bench.out)
    assert len([trial for trial in run.plan if not trial.again_of]) in (6, 3)
    assert any("repeats instead of 5" in note or "left out" in note for note in run.notes)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_measured_and_resume_finishes(bench, number) -> None:
    victim = bench.start(bench.argv("storage/tiny", "network/tiny", more=("--repeats", "3")))
    assert wait_until(lambda: len(list(bench.out.glob("trials/0*"))) >= 2)
    victim.send_signal(number)
    said = victim.communicate(timeout=20)[1]
    assert victim.returncode == 130, said
    next_step = f"{sys.executable} -m perfadvisor run --resume {bench.out}"
    assert said.endswith(f"perfadvisor: interrupted\n  next: {next_step}\n")
    assert bench.left_behind() == []
    kept = bundle.load(bench.out)
    assert kept.state == "interrupted"
    assert 2 <= len(kept.results) < 6
    done = bench.call([*bench.argv()[:4], "--resume", str(bench.out)])
    assert done.returncode == 0, done.stderr
    whole = bundle.load(bench.out)
    assert (whole.state, len(whole.results)) == ("complete", 6)
    assert whole.results[: len(kept.results)] == kept.results
    assert bench.left_behind() == []


def test_ctrl_c_reaches_a_long_trial_at_once(bench) -> None:
    victim = bench.start(bench.argv("network/long"))
    assert wait_until(lambda: any("iperf3 --client" in line for line in bench.processes()))
    began = time.monotonic()
    victim.send_signal(signal.SIGINT)
    _, errors = victim.communicate(timeout=20)
    assert victim.returncode == 130
    assert time.monotonic() - began < 5
    assert [line for line in errors.splitlines() if "interrupt" in line.lower()] == ["perfadvisor: interrupted"], errors
    assert bench.left_behind() == []


def test_resume_of_a_finished_run_changes_nothing(bench) -> None:
    assert bench.run("network/tiny", more=("--repeats", "1")).returncode == 0
    before = bench.out.joinpath("run.json").read_bytes()
    done = bench.call([*bench.argv()[:4], "--resume", str(bench.out)])
    assert done.returncode == 0, done.stderr
    assert bench.out.joinpath("run.json").read_bytes() == before


def test_resume_of_what_is_no_run(bench) -> None:
    done = bench.call([*bench.argv()[:4], "--resume", str(bench.test_dir)])
    assert (done.returncode, "not a perfadvisor run" in done.stderr) == (2, True)


def test_a_full_disk_loses_nothing_and_resume_finishes_with_room(bench) -> None:
    disk = bench.root / "small"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        argv = [*bench.argv("network/tiny", more=("--repeats", "40"))]
        argv[argv.index("--out") + 1] = str(disk / "run")
        done = bench.call(argv)
        assert done.returncode == 3, done.stderr
        assert "the disk is full" in done.stderr
        assert f"--resume {disk}/run" in done.stderr
        assert "Traceback" not in done.stderr
        finished = len(bundle.load(disk / "run").results)
        assert 1 <= finished < 40
        assert bench.left_behind() == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_huge_pages_are_as_before(bench) -> None:
    if os.geteuid() != 0 or not HUGE.exists():
        pytest.skip("reserving huge pages needs root")
    before, free = HUGE.read_text(), int(HUGE.with_name("free_hugepages").read_text())
    more_than_free = f"block_size_bytes: {(free + 2) << 21}, size_bytes: {(free + 2) << 21}"
    file = bench.root / "workloads/dma/tiny.yaml"
    file.write_text(file.read_text().replace("block_size_bytes: 4096, size_bytes: 4194304", more_than_free))
    done = bench.run("dma/tiny", more=("--repeats", "1"))
    assert done.returncode in (0, 3), done.stderr
    assert HUGE.read_text() == before
    assert '"what": "pages"' in (bench.out / "journal.jsonl").read_text()


def test_restore_says_when_there_is_nothing(bench) -> None:
    done = bench.call([*bench.argv()[:3], "restore"])
    assert (done.returncode, done.stdout) == (0, "nothing to restore\n")


def test_a_run_like_another_takes_its_workloads_by_name_alone(bench) -> None:
    assert bench.run("storage/tiny", more=("--repeats", "1")).returncode == 0
    header = json.loads((bench.out / "run.json").read_text())
    header["workloads"]["storage/tiny"]["parameters"]["engine"] = f"external:{bench.root}/evil.so"
    (bench.out / "run.json").write_text(json.dumps(header))
    again = bench.call([*bench.argv(more=("--repeats", "1", "--like", str(bench.out)))[:-1], str(bench.out)])
    assert again.returncode == 2, "the same folder is in use"
    argv = [word if word != str(bench.out) else f"{bench.out}-2" for word in bench.argv(more=("--repeats", "1"))]
    done = bench.call([*argv, "--like", str(bench.out)])
    assert done.returncode == 0, done.stderr
    made = json.loads((bench.root / "run-2" / "run.json").read_text())
    assert made["workloads"]["storage/tiny"]["parameters"]["engine"] == "psync"


def test_a_sweep_measures_each_value_as_it_was_asked_to(bench) -> None:
    times = ("--runtime", "0.3s", "--ramp", "0", "--repeats", "1")
    argv = bench.argv("storage/tiny", more=("--over", "jobs=1,2,4", "--size", "8m", "--fio", "thinktime=1", *times))
    argv[argv.index("run")] = "sweep"
    done = bench.call(argv)
    assert done.returncode == 0, done.stderr
    rows = [line.replace("*", " ").split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows[1:5]] == ["numjobs", "1", "2", "4"]
    results = bundle.load(bench.out).results
    assert {result.trial.workload for result in results} == {
        "storage/tiny+size_bytes=8388608+thinktime=1",  # two jobs are what its file says
        "storage/tiny+numjobs=1+size_bytes=8388608+thinktime=1",
        "storage/tiny+numjobs=4+size_bytes=8388608+thinktime=1",
    }
    assert all({"--size=8388608", "--thinktime=1", "--runtime=300ms"} <= set(result.command) for result in results)
    assert bench.left_behind() == []


def test_a_run_with_a_precision_repeats_and_can_be_resumed(bench) -> None:
    assert bench.run("network/tiny", more=("--precision", "50%")).returncode == 0
    whole = bundle.load(bench.out)
    assert len(whole.results) >= 8 and whole.precision == 0.5
    shutil.rmtree(bench.out / "trials" / "0008")
    done = bench.call([*bench.argv()[:4], "--resume", str(bench.out)])
    assert done.returncode == 0, done.stderr
    assert [result.trial.number for result in bundle.load(bench.out).results][:8] == list(range(1, 9))
    assert bench.left_behind() == []
