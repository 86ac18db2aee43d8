"""Whatever is wrong with what was given is one clear line with the next step, exit code 2 or 3, and no traceback."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands

Ended = subprocess.CompletedProcess[str]
Call = Callable[..., Ended]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Run perfadvisor in a directory of its own; keyword arguments are environment variables."""

    def run(*argv: object, **environment: str) -> Ended:
        return subprocess.run(
            [sys.executable, "-m", "perfadvisor", *map(str, argv)],
            cwd=tmp_path,
            env=os.environ | {"XDG_DATA_HOME": str(tmp_path / "own-data")} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run


def refused(done: Ended, code: int, *said: str, lines: int = 1, before: str = "") -> None:
    """It ended as the design says: `lines` of what is wrong, then the next step, and nothing else but what was printed
    `before` it failed."""
    told = [line for line in done.stderr.splitlines() if line]
    assert "Traceback" not in done.stderr and "this is a bug" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    assert done.stdout.partition("\n")[0] == before
    assert told[-1].startswith("  next: ") and len(told[-1]) > len("  next: "), done.stderr
    assert told[-lines - 1].startswith("perfadvisor: ") and len(told) == lines + 1, done.stderr
    for words in said:
        assert words in done.stderr


@pytest.fixture
def files(tmp_path: Path, data: Path) -> Path:
    """Things nobody should be given."""
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "nothing").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    whole = (data / "fio" / "randread-qd32.json").read_bytes()
    (tmp_path / "whole.json").write_bytes(whole)
    (tmp_path / "cut.json").write_bytes(whole[: len(whole) // 2])
    return tmp_path


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("advize x", "Did you mean 'advise'?"),
        ("advise", "no PATH given, and no run in this directory"),
        ("run --repeats many", "'many' is not a valid"),
        ("run storage/randreed-4k-qd1", "did you mean `storage/randread-4k-qd1`?"),
        ("run quik", "did you mean `quick`?"),
        ("run quick --budget soon", "'soon' is not a duration"),
        ("run quick --dir nowhere", "no such directory"),
        ("run quick --env lokal", "did you mean local?"),
        ("run quick --workloads nowhere", "nowhere is not a directory"),
        ("run --resume folder", "not a perfadvisor run"),
        ("workloads show storage/randreed-4k-qd1", "did you mean `storage/randread-4k-qd1`?"),
        ("rules show irq-softirq-saturatd", "did you mean 'irq-softirq-saturated'?"),
        ("rules list --rules nowhere", "nowhere is not a directory"),
        ("snapshot -o nowhere/x.tar.gz", "there is no directory nowhere"),
        ("snapshot -o folder", "folder: is a directory"),
        ("snapshot --for soon -o x.tar.gz", "'soon' is not a duration"),
        ("advise nowhere", "nowhere: no such file or directory"),
        ("advise text", "text: not a file perfadvisor reads"),
        ("advise nothing", "nothing: empty"),
        ("advise folder", "folder: no sys or proc directory in it"),
        ("report cut.json -o x.html", "cut.json: fio's output is incomplete: the JSON ends in the middle"),
        ("facts text", "text: not a file perfadvisor reads"),
        ("import cut.json -o new", "cut.json: fio's output is incomplete: the JSON ends in the middle"),
        ("import nowhere -o new", "nowhere: cannot be read: No such file or directory\n"),
        ("compare text nowhere", "text:1: no column 'workload'"),
        ("gate", "--baseline and --candidate are both needed"),
        ("gate --baseline nowhere --candidate text", "nowhere: no such file"),
        ("gate run storage/randreed-4k-qd1 --a local --b local", "did you mean storage/randread-4k-qd1?"),
        ("history show x", "no history here"),
        ("doctor --dir nowhere", "'nowhere' does not exist"),
    ],
)
def test_mistakes(call: Call, files: Path, argv: str, said: str) -> None:
    before = sorted(files.rglob("*"))
    refused(call(*argv.split()), 2, said)
    assert sorted(files.rglob("*")) == before  # nothing was made


def test_without_words_the_help_is_shown(call: Call) -> None:
    done = call()
    assert "Commands:" in done.stdout + done.stderr and "Traceback" not in done.stderr


def test_every_unreadable_file_is_named_at_once(call: Call, files: Path) -> None:
    refused(call("import", "cut.json", "text", "nothing", "-o", "new"), 2, "cut.json: ", "text: ", lines=3)
    assert not (files / "new").exists()


BAD_WORKLOADS = {
    "storage/one.yaml": "id: storage/one\ntitle: One\nwhy: x\ntool: foi\nparameters: {}\nmetrics: [read.iops]\n",
    "storage/two.yaml": "id: storage/two\ntitle: [\n",
    "storage/three.yaml": "id: storage/three\ntitle: T\nwhy: x\ntool: fio\nparameters: {iodepht: 4}\nmetrics: [a]\n",
}


def test_mistakes_in_yaml_have_their_places_all_at_once(call: Call, tmp_path: Path) -> None:
    for name, text in BAD_WORKLOADS.items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(text)
    for argv in (("run", "quick"), ("workloads", "list")):
        done = call(*argv, "--workloads", "own")
        assert done.returncode == 2 and "Traceback" not in done.stderr and done.stdout == ""
        assert "one.yaml:4:7: unknown tool `foi` (did you mean `fio`?)" in done.stderr
        assert "two.yaml:3:1: not YAML" in done.stderr
        assert "three.yaml:5:" in done.stderr and "did you mean `iodepth`?" in done.stderr


def test_a_rule_with_mistakes(call: Call, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/mine.yaml").write_text("id: mine\nwhenn: nic.mtu > 1\n")
    for argv in (("rules", "lint"), ("rules", "list")):
        done = call(*argv, "--rules", "own")
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "mine.yaml:2:1: unknown key `whenn` (did you mean `when`?)" in done.stderr


def member(name: str, **fields: object) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(found, key, value)
    return found


HOSTILE = {
    "absolute": [member("/etc/passwd", size=4)],
    "upwards": [member("sys/../../../etc/passwd", size=4)],
    "link": [member("sys/x", type=tarfile.SYMTYPE, linkname="/etc/shadow"), member("sys/x/y", size=4)],
    "hard-link": [member("sys/x", type=tarfile.LNKTYPE, linkname="/etc/shadow")],
    "device": [member("sys/x", type=tarfile.CHRTYPE, devmajor=1, devminor=5)],
    "fifo": [member("proc/x", type=tarfile.FIFOTYPE)],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_archives_harm_nobody(call: Call, tmp_path: Path, kind: str) -> None:
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as archive:
        for one in HOSTILE[kind]:
            archive.addfile(one, io.BytesIO(b"evil"))
    done = call("facts", "evil.tar.gz")
    assert done.returncode in (0, 2) and "Traceback" not in done.stderr and "this is a bug" not in done.stderr
    assert "root:" not in done.stdout + done.stderr  # nothing of this machine came in
    assert [path.name for path in tmp_path.iterdir()] == ["evil.tar.gz"]  # nothing was unpacked
    if done.returncode:
        refused(done, 2, "evil.tar.gz")


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(call: Call, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bomb.tar.xz", "w:xz", preset=0) as archive:
        archive.addfile(member("sys/x", size=1 << 30), Zeros(1 << 30))
    refused(call("advise", "bomb.tar.xz"), 2, "bomb.tar.xz")


class Zeros(io.RawIOBase):
    """A file of nothing but zeros."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        return bytes(given)


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[str, ...]:
    """Workloads of a fraction of a second: names and options for `run`."""
    for tool, name, given, metric in (
        ("fio", "rr", "{engine: net, block_size_bytes: 64}", "round_trip.iops"),
        ("iperf3", "stream", "{protocol: tcp, streams: 1}", "bits_per_s"),
        ("fio", "disk", "{rw: read, engine: psync, size_bytes: 1048576}", "read.iops"),
    ):
        file = tmp_path / "own/tiny" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"{{id: tiny/{name}, title: T, why: w, tool: {tool}, parameters: {given}, metrics: [{metric}],"
            " runtime_s: 0.3, warmup_s: 0}"
        )
    return ("--workloads", "own", "--repeats", "1", "--out", "run")


def measured_nothing(done: Ended, *said: str) -> None:
    """Exit code 3, with one line that says why and a next step."""
    assert "Traceback" not in done.stderr and "this is a bug" not in done.stderr, done.stderr
    assert done.returncode == 3, done.stderr
    assert sum(line.startswith("perfadvisor: ") for line in done.stderr.splitlines()) == 1
    assert done.stderr.splitlines()[-1].startswith("  next: ")
    for words in said:
        assert words in done.stderr


@pytest.mark.parametrize(("name", "package"), [("rr", "fio"), ("stream", "iperf3")])
def test_missing_tools_are_named_with_their_package(call: Call, tmp_path, tiny, name: str, package: str) -> None:
    (tmp_path / "bin").mkdir()
    done = call("run", f"tiny/{name}", *tiny, PATH=str(tmp_path / "bin"))
    measured_nothing(done, f"{package} is not installed", f"apt install {package}")
    assert (tmp_path / "run/run.json").exists()  # what was asked for is kept


def fake(tmp_path: Path, name: str, script: str) -> str:
    """A PATH on which this program comes first; it tells its version, and otherwise does what the script says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / name).write_text(f'#!/bin/sh\n[ "$*" = --version ] && {{ echo {name} 3.33; exit 0; }}\n{script}\n')
    (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.tools
def test_a_fio_that_complains_and_exits_well(call: Call, tmp_path, tiny) -> None:
    path = fake(tmp_path, "fio", "echo 'fio: engine on fire' >&2; exit 0")
    measured_nothing(call("run", "tiny/rr", *tiny, PATH=path), "engine on fire")


@pytest.mark.tools
def test_a_fio_whose_json_is_cut_off(call: Call, tmp_path, tiny, data) -> None:
    whole = data / "fio" / "net-pingpong.json"
    script = f'case "$*" in *--listen*) exec {shutil.which("fio")} "$@";; esac\nhead -c 3000 {whole}'
    done = call("run", "tiny/rr", *tiny, PATH=fake(tmp_path, "fio", script))
    measured_nothing(done, "fio's output is incomplete")


@pytest.mark.tools
def test_an_iperf3_that_is_refused_and_exits_well(call: Call, tmp_path, tiny) -> None:
    real = shutil.which("iperf3")
    refusal = '{"start": {}, "intervals": [], "end": {}, "error": "error - unable to connect: Connection refused"}'
    script = f"""case "$*" in *-s*) exec {real} "$@";; esac\necho '{refusal}'; exit 0"""
    done = call("run", "tiny/stream", *tiny, PATH=fake(tmp_path, "iperf3", script))
    measured_nothing(done, "Connection refused")


def test_devices_that_cannot_be_written_to(call: Call, tiny) -> None:
    refused(call("run", "tiny/disk", *tiny, "--device", "/dev/null"), 2, "/dev/null: not a block device")
    refused(call("run", "tiny/disk", *tiny, "--device", "/dev/nope"), 2, "/dev/nope: No such file")


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "full"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(call: Call, full: Path, data: Path) -> None:
    (full / "filler").write_bytes(os.urandom(60 * 1024))
    refused(call("snapshot", "-o", full / "x.tar.gz"), 2, "No space left", "make room", before="The archive carries:")
    tree = full.parent / "tree/sys/devices/system/node"
    tree.mkdir(parents=True)
    (tree / "online").write_text("0\n")
    refused(call("report", full.parent / "tree", "-o", full / "x.html"), 2, "x.html", "make room")
    done = call("import", data / "fio/randread-qd32.json", "-o", full / "run")
    assert done.returncode in (2, 3) and "Traceback" not in done.stderr and "disk is full" in done.stderr
    assert [path.name for path in full.iterdir()] == ["filler"]
