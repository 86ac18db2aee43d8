"""Whose orders a resumed run follows: only those that this user gave on this machine."""

import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perfadvisor import bundle
from perfadvisor.bundle.reading import read_header
from perfadvisor.bundle.schema import run_file
from perfadvisor.errors import InputError
from perfadvisor.model.run import Run
from perfadvisor.model.workload import Environment, Trial, Workload
from perfadvisor.runner import orders
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.session import resume
from perfadvisor.specs.kinds.ssh import SshAddress
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.ssh.connection import Connection

TINY = Workload(
    id="storage/tiny",
    title="T",
    device="storage",
    tool="fio",
    parameters={"rw": "randread", "engine": "psync"},
    metrics=("read.iops",),
    runtime_s=0.2,
    warmup_s=0.0,
)
OPTIONS = {"directory": "/tmp", "device": "", "peer": "", "vfio": "", "domain": ""}


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def a_run(workload: Workload = TINY, spec: str = "local") -> Run:
    trial = Trial(
        number=1,
        workload=workload.id,
        environment="here",
        repeat=1,
        position=1,
        runtime_s=0.2,
        warmup_s=0.0,
        parameters=workload.parameters,
    )
    environment = Environment(name="here", spec=read_spec(spec))
    return Run(
        id="r1",
        started=1.0,
        seed=1,
        argv=("perfadvisor",),
        state="interrupted",
        versions={},
        host={},
        results=(),
        environments=(environment,),
        workloads={workload.id: workload},
        plan=(trial,),
    )


def saved(path: Path, run: Run) -> Path:
    seal = orders.seal(run_file(run, dict(OPTIONS)))
    bundle.create(path, run, dict(OPTIONS), seal).close()
    return path


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    header = json.loads((path / "run.json").read_text())
    change(header)
    (path / "run.json").write_text(json.dumps(header))


def resumed(path: Path) -> None:
    resume(path, Progress(io.StringIO(), str), lambda _name, _seen: "")


def set_engine(header: Any) -> None:
    for place in (header["workloads"]["storage/tiny"], header["plan"][0]):
        place["parameters"]["engine"] = "external:/tmp/evil.so"


CHANGES: dict[str, Callable[[Any], None]] = {
    "engine": set_engine,
    "spec": lambda header: header["environments"][0].update(spec="ssh:nohost.invalid,config=/tmp/evil.cfg"),
    "privileged container": lambda header: header["environments"][0].update(spec="docker:x,privileged=true"),
    "guest": lambda header: header["environments"][0].update(spec="libvirt:other"),
    "lent function": lambda header: header["options"].update(vfio="0000:00:01.0"),
    "domain": lambda header: header["options"].update(domain="identity"),
    "raw device": lambda header: header["options"].update(device="/dev/vda"),
    "directory": lambda header: header["options"].update(directory="/etc"),
    "peer": lambda header: header["options"].update(peer="ssh:nohost.invalid"),
    "trial": lambda header: header["plan"][0].update(runtime_s=86400.0),
    "tool": lambda header: header["workloads"]["storage/tiny"].update(tool="sh"),
    "identity": lambda header: header.update(id="r2"),
    "no seal": lambda header: header.update(seal=""),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_order_is_not_followed(tmp_path, what) -> None:
    path = saved(tmp_path / "run", a_run())
    rewrite(path, CHANGES[what])
    with pytest.raises(InputError, match="not made here by this user") as caught:
        resumed(path)
    assert f"perfadvisor run --like {path}" in caught.value.hint


def test_another_users_key_seals_nothing_here(tmp_path, monkeypatch) -> None:
    path = saved(tmp_path / "run", a_run())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with pytest.raises(InputError, match="not made here"):
        resumed(path)


def test_a_sealed_order_is_checked_like_a_typed_one(tmp_path) -> None:
    evil = replace(TINY, parameters={**TINY.parameters, "engine": "external:/tmp/evil.so"})
    with pytest.raises(InputError, match="`engine` should be one of"):
        resumed(saved(tmp_path / "run", a_run(evil)))


@pytest.mark.parametrize("mode", [0o777, 0o707])
def test_a_folder_that_others_can_write_is_refused(tmp_path, mode) -> None:
    path = saved(tmp_path / "run", a_run())
    path.chmod(mode)
    with pytest.raises(InputError, match="other users own it or can write to it"):
        resumed(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_folder_of_another_user_is_refused(tmp_path) -> None:
    path = saved(tmp_path / "run", a_run())
    os.chown(path, 65534, 65534)
    with pytest.raises(InputError, match="other users own it"):
        resumed(path)


LINKS = ("trials", "snapshots", "run.json", "journal.jsonl", ".unfinished-x", "trials/0001")


@pytest.mark.parametrize("name", LINKS)
def test_a_link_in_the_folder_leads_nowhere(tmp_path, name) -> None:
    """A run's own seal stays true when the folder comes back from a colleague with links in it."""
    path = saved(tmp_path / "run", a_run())
    canary = tmp_path / "canary"
    (canary / ".unfinished-y").mkdir(parents=True)
    (canary / "run.json").write_bytes((path / "run.json").read_bytes())
    place = path / name
    shutil.rmtree(place, ignore_errors=True)
    place.unlink(missing_ok=True)
    place.symlink_to(canary / "run.json" if name.endswith("json") else canary)
    with pytest.raises(InputError, match="neither a file nor a directory"):
        resumed(path)
    assert sorted(file.name for file in canary.rglob("*")) == [".unfinished-y", "run.json"]


def test_a_pipe_in_the_folder_is_refused(tmp_path) -> None:
    path = saved(tmp_path / "run", a_run())
    os.mkfifo(path / "journal.jsonl")
    with pytest.raises(InputError, match="neither a file nor a directory"):
        resumed(path)


@pytest.mark.parametrize("name", ["trials", "snapshots", "run.json"])
def test_a_part_that_others_can_write_is_refused(tmp_path, name) -> None:
    path = saved(tmp_path / "run", a_run())
    (path / name).chmod(0o777)
    with pytest.raises(InputError, match="other users own it or can write to it"):
        resumed(path)


def test_state_and_notes_may_change(tmp_path) -> None:
    path = saved(tmp_path / "run", a_run())
    rewrite(path, lambda header: header.update(state="running", notes=["a note"]))
    orders.refuse_foreign(path, read_header(path))


def test_a_link_is_judged_by_what_it_points_to(tmp_path) -> None:
    path = saved(tmp_path / "run", a_run())
    (tmp_path / "link").symlink_to(path)
    orders.refuse_folder(tmp_path / "link")
    path.chmod(0o777)
    with pytest.raises(InputError):
        orders.refuse_folder(tmp_path / "link")


def test_an_ssh_config_that_others_can_write_is_refused(tmp_path) -> None:
    config = tmp_path / "config"
    config.write_text("Host x\n  ProxyCommand touch /tmp/canary\n")
    config.chmod(0o600)
    Connection(SshAddress(host="x"), str(config)).close()
    config.chmod(0o666)
    with pytest.raises(InputError, match="other users can write to it"):
        Connection(SshAddress(host="x"), str(config))
    with pytest.raises(InputError, match="no such file"):
        Connection(SshAddress(host="x"), f"{tmp_path}/none")


def test_a_command_in_a_foreign_run_is_not_started(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    run = a_run(replace(TINY, id="own/x", device="own", tool="command", parameters={"command": f"touch {canary}"}))
    seal = "0" * 64
    bundle.create(tmp_path / "run", run, dict(OPTIONS), seal).close()
    with pytest.raises(InputError, match="not made here by this user"):
        resume(tmp_path / "run", Progress(io.StringIO(), str), lambda _name, _seen: "")
    assert not canary.exists()
