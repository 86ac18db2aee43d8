"""Containers of both engines, for real: the same work beside the machine itself, limits that hold, nothing left."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.facts import catalogue
from perfadvisor.judge import judge
from perfadvisor.model.result import TrialState
from perfadvisor.model.rule import Outcome
from perfadvisor.model.run import Run
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import Command
from perfadvisor.targets.container import container
from perfadvisor.targets.container import limits as container_limits
from perfadvisor.targets.container.spec import declared_by
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.open import open_target
from perfadvisor.targets.opening import Opening

pytestmark = pytest.mark.container


def command(*argv: str, timeout_s: float = 20.0) -> Command:
    return Command(argv=argv, timeout_s=timeout_s)


def iops(run: Run, environment: str) -> list[float]:
    results = [result for result in run.results if result.trial.environment == environment]
    assert all(result.state is TrialState.DONE for result in results), [result.reason for result in results]
    return [sample.value for result in results for sample in result.output.samples if sample.metric == "read.iops"]


def outcomes(path: Path, rule: str) -> dict[str, Outcome]:
    """What a rule says of every result, by environment."""
    found = [finding for finding in judge(path).findings if finding.rule.id == rule]
    return {finding.environment: finding.outcome for finding in found}


OTHERS: set[str] = set()


@pytest.fixture(autouse=True)
def others():
    """podman has one store for the whole machine: what somebody else measures in beside these tests is not ours."""
    OTHERS.clear()
    OTHERS.update(containers("podman") if shutil.which("podman") else ())


def containers(engine: str) -> list[str]:
    """The containers that perfadvisor made since the test began."""
    names = subprocess.run([engine, "ps", "-a", "--format", "{{.Names}}"], capture_output=True, text=True).stdout
    return [name for name in names.split() if name.startswith("perfadvisor-") and name not in OTHERS]


@pytest.fixture
def target(engine, tmp_path):
    """A container of each engine with a test directory."""
    made = open_target(read_spec(engine), Opening(directory=tmp_path))
    yield made
    made.close()
    assert containers(engine) == []


def test_a_container_is_read_and_runs_the_hosts_own_tools(target, engine, tmp_path) -> None:
    facts = catalogue.read(target.tree(catalogue.PATTERNS))
    assert facts.value("environment.kind") == "container"
    assert facts.value("environment.container_engine") == engine
    assert facts.value("cpu.online_count") == len(os.sched_getaffinity(0))
    assert facts.subjects("nic") == ("lo",), "a network of its own"
    assert facts.value("cgroup.path") == own_group(target.pid), "as the host names it"
    ours = subprocess.run(["fio", "--version"], capture_output=True).stdout
    assert target.run(command("fio", "--version")).stdout == ours
    assert target.run(command("sh", "-c", f"echo x >{tmp_path}/made; echo 'a  b'")).stdout == b"a  b\n"
    assert (tmp_path / "made").read_text() == "x\n", "the test directory is the host's, under the same name"


def own_group(pid: int) -> str:
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return next(line.split(":", 2)[2] for line in lines if ":cpu" in line or line.startswith("0::"))


def test_what_runs_too_long_is_ended_inside(target) -> None:
    done = target.run(command("sh", "-c", "sleep 77.7 & sleep 77.7", timeout_s=0.5))
    assert done.timed_out
    assert " sleep 77.7" not in last_words(target.run(command("ps")).stdout)


def last_words(table: bytes) -> list[str]:
    """What runs, without the shells that only have the same words among theirs."""
    return [" " + line.split(maxsplit=2)[-1] for line in table.decode().splitlines() if " sh " not in line]


def test_a_container_adds_less_than_a_second_to_a_trials_start(target) -> None:
    """The least of five on each side, in turns: the machine may be busy with other things."""
    inside, here = [], []
    for _ in range(5):
        inside.append(seconds(target))
        here.append(seconds(LocalTarget()))
    added = min(inside) - min(here)
    print(f"start-up of a trial in {target.name}: {min(inside):.3f} s, {added:.3f} s more than on the machine itself")
    assert added < 1.0


def seconds(where) -> float:
    began = time.monotonic()
    assert where.run(command("fio", "--version")).returncode == 0
    return time.monotonic() - began


def test_limits_are_read_back(engine, tmp_path) -> None:
    disk = device_below(tmp_path)
    spec = f"{engine}:cpus=0.5,memory=512m,cpuset=0,device-read-iops={disk}:1000"
    made = open_target(read_spec(spec), Opening(directory=tmp_path))
    try:
        facts = catalogue.read(made.tree(catalogue.PATTERNS))
        assert facts.value("cgroup.cpu_quota_cpus") == 0.5
        assert facts.value("cgroup.cpuset") == "0"
        assert facts.value("cgroup.memory_max_bytes") == 512 << 20
        assert facts.value("cgroup.read_iops_max") == 1000
        options = f"cpus=0.2,memory=1m,cpuset=1,device-read-iops={disk}:999,device-write-bps={disk}:1m"
        more = declared_by(read_spec(f"docker:{options}"))
        missed = list(container_limits.ignored(more, made.tree(catalogue.PATTERNS)))
        assert [word.split("=")[0] for word in missed] == [
            "cpus",
            "cpuset",
            "memory",
            "device-read-iops",
            "device-write-bps",
        ]
    finally:
        made.close()


def test_a_limit_that_the_engine_ignored_refuses_the_environment(podman, monkeypatch, place) -> None:
    """As rootless podman does on version 1: it exits with 0, and the container is unlimited."""
    monkeypatch.setattr(container, "arguments", lambda declared: ("--network=none",))
    with pytest.raises(MeasureError, match=r"podman ignored cpus=0\.5 \(its group has no limit\)"):
        open_target(read_spec("podman:cpus=0.5"), Opening())
    assert containers(podman) == []


def device_below(path: Path) -> str:
    """The whole disk that a directory lies on; caps are set on disks, not on partitions."""
    number = path.stat().st_dev
    real = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    disk = real.parent if (real / "partition").exists() else real
    if not Path("/dev", disk.name).exists():
        pytest.skip(f"{path} does not lie on a disk of its own")
    return f"/dev/{disk.name}"


def test_a_cpu_quota_shows_as_the_cause(place, engine) -> None:
    limited = f"{engine}:cpus=0.5"
    run = place.run("storage/busy", "--env", limited, "--env", engine, "--repeats", "1", "--seed", "1")
    deltas = {result.trial.environment: result.deltas for result in run.results}
    assert deltas[limited]["cgroup.throttled"] > 0
    assert deltas[limited]["cgroup.periods"] >= deltas[limited]["cgroup.throttled"]
    assert deltas[engine]["cgroup.throttled"] == 0
    said = outcomes(place.root / "run", "container-cpu-quota-throttled")
    assert said == {limited: Outcome.FIRES, engine: Outcome.CLEAR}
    assert place.left_behind() == []
    assert containers(engine) == []


def test_a_container_whose_groups_cannot_be_read_gives_no_verdict(place, docker, monkeypatch) -> None:
    run = place.run("storage/busy", "--env", docker, "--repeats", "1")
    trial = place.root / "run" / "trials" / "0001" / "trial.json"
    assert '"cgroup.throttled"' in trial.read_text()
    trial.write_text(trial.read_text().replace('"cgroup.throttled', '"unread'))
    assert outcomes(place.root / "run", "container-cpu-quota-throttled") == {docker: Outcome.UNKNOWN}
    assert run.environments[0].parent == "local"


def test_a_quarter_of_the_disk_is_a_quarter_and_the_cap_is_named(place, docker) -> None:
    free = place.run("storage/reads", "--env", "local", "--repeats", "3")
    quarter = int(median(iops(free, "local")) / 4)
    capped = f"docker:device-read-iops={device_below(place.root)}:{quarter}"
    run = place.run("storage/reads", "--env", capped, "--repeats", "3")
    ratio = median(iops(run, capped)) / median(iops(free, "local"))
    print(f"the disk at a quarter: {ratio:.3f} of the host")
    assert ratio == pytest.approx(0.25, rel=0.10)
    assert outcomes(place.root / "run", "container-io-limit") == {capped: Outcome.FIRES}
    assert outcomes_of(free)["local"] is not Outcome.FIRES


def outcomes_of(run: Run) -> dict[str, Outcome]:
    """As `outcomes`, of a run that is not on disk any more."""
    from perfadvisor.judge import judge_run
    from perfadvisor.packs.rules import load_rules

    found = judge_run(run, load_rules(()), source="x").findings
    return {finding.environment: finding.outcome for finding in found if finding.rule.id == "container-io-limit"}


def test_two_environments_read_the_same_file(place, engine) -> None:
    run = place.run("storage/reads", "--env", "local", "--env", engine, "--repeats", "1")
    assert len({result.path.file for result in run.results}) == 1
    assert {result.state for result in run.results} == {TrialState.DONE}
    parent = run.before[engine].parent
    assert parent is not None, "the container's snapshot carries its host's"
    assert parent.environment == "local"
    assert {environment.name: environment.parent for environment in run.environments} == {"local": "", engine: "local"}


def test_where_podman_forbids_io_uring_every_environment_runs_the_common_engine(place, podman) -> None:
    run = place.run("storage/ring", "--env", "local", "--env", podman, "--repeats", "2")
    assert [result.state for result in run.results] == [TrialState.DONE] * 4
    engines = {(result.trial.environment, result.output.details["engine"]) for result in run.results}
    if ("local", "io_uring") in engines:
        pytest.skip("this podman's seccomp profile allows io_uring")
    assert engines == {("local", "libaio"), (podman, "libaio")}
    said = [note for note in run.notes if "libaio" in note]
    assert len(said) == 1
    assert "every environment runs libaio instead of io_uring: podman's seccomp profile forbids" in said[0]


def test_what_only_io_uring_has_is_not_measured_in_podman_and_tried_once(place, podman) -> None:
    unlocked = "podman:seccomp=unconfined"
    run = place.run("storage/fixed", "--env", podman, "--env", unlocked, "--repeats", "2")
    there = [result for result in run.results if result.trial.environment == podman]
    if there[0].state is TrialState.DONE:
        pytest.skip("this podman's seccomp profile allows io_uring")
    assert [result.state for result in there] == [TrialState.NOT_MEASURED]
    assert "seccomp profile forbids io_uring" in there[0].reason
    assert "seccomp=unconfined" in there[0].reason
    free = [result for result in run.results if result.trial.environment == unlocked]
    assert [result.state for result in free] == [TrialState.DONE] * 2


def test_an_engine_that_does_not_run_leaves_the_others_measured(place, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{place.root}/nobody.sock")
    run = place.run("storage/reads", "--env", "local", "--env", "docker", "--repeats", "1")
    by_name = {result.trial.environment: result for result in run.results}
    assert by_name["local"].state is TrialState.DONE
    assert by_name["docker"].state is TrialState.NOT_MEASURED
    assert "docker" in by_name["docker"].reason
    assert "Traceback" not in by_name["docker"].reason


def test_a_running_container_is_used_and_left_as_it_was(engine, tmp_path) -> None:
    own = open_target(read_spec(engine), Opening())
    try:
        attached = open_target(read_spec(f"{engine}:@{own.container}"))
        assert attached.run(command("echo", "hello")).stdout == b"hello\n"
        done = attached.run(command("sleep", "66.6", timeout_s=0.5))
        assert done.timed_out
        assert " sleep 66.6" not in last_words(attached.run(command("ps")).stdout)
        attached.close()
        assert own.run(command("sh", "-c", "echo still here")).stdout == b"still here\n"
    finally:
        own.close()
    with pytest.raises(MeasureError):
        open_target(read_spec(f"{engine}:@{own.container}"))


def test_sigkill_in_a_trial_leaves_nothing(place, engine) -> None:
    victim = subprocess.Popen(
        place.argv("storage/reads", "--env", engine, "--repeats", "20"),
        env=place.environment(),
        cwd=place.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: list((place.root / "run").glob("trials/0001")), 60), "it measures"
        assert containers(engine)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert wait_until(lambda: containers(engine) == [] and place.left_behind() == [], 20), "the guardian cleaned up"
    done = place.call("restore")
    assert (done.returncode, done.stdout) == (0, "nothing to restore\n")


def wait_until(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.1)
    return bool(condition())


def test_an_image_without_fio_is_said(place, docker) -> None:
    busybox = subprocess.run(["which", "busybox"], capture_output=True, text=True).stdout.strip()
    folder = place.root / "image"
    (folder / "bin").mkdir(parents=True)
    for name in ("sh", "sleep", "busybox", "cat", "grep", "od", "tr", "readlink", "env"):
        (folder / "bin" / name).symlink_to("busybox") if name != "busybox" else None
    subprocess.run(["cp", busybox, str(folder / "bin" / "busybox")], check=True)
    archive = place.root / "image.tar"
    subprocess.run(["tar", "-C", str(folder), "-cf", str(archive), "."], check=True)
    subprocess.run(["docker", "import", str(archive), "bare:1"], check=True, capture_output=True)
    run = place.run("storage/reads", "--env", "local", "--env", "docker:bare:1", "--repeats", "1")
    by_name = {result.trial.environment: result for result in run.results}
    assert by_name["docker:bare:1"].state is TrialState.NOT_MEASURED
    assert "fio is not installed" in by_name["docker:bare:1"].reason
