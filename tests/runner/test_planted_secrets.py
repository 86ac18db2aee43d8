"""Secrets planted where commands look, through the command line: no output holds one, and no output is for others.

The kernel's command line, a guest's process with its environment, guests' definitions, a container's configuration and
the words of benchmarks hold them; each has a number of its own, so that a leak names its place.
"""

import gzip
import io
import itertools
import json
import os
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.conftest import PROGRAM
from tests.targets.here import test_secrets as forms

pytestmark = [pytest.mark.tools, pytest.mark.slow]

DATA = Path(__file__).resolve().parents[1] / "data"
NAMESPACE = (
    "mount --bind {root}/cmdline /proc/cmdline && mkdir -p /etc/libvirt/qemu && mount --bind {root}/qemu"
    ' /etc/libvirt/qemu && exec "$@"'
)


class Planted:
    """Numbered secrets in place of the one of the forms."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def __call__(self, text: str, place: str) -> str:
        while forms.S in text:
            secret = f"geh31m-{len(self.found):03d}Zz"
            self.found[secret] = f"{place}: {text[:90]}"
            text = text.replace(forms.S, secret, 1)
        return text


@pytest.fixture
def planted(bench) -> Iterator[Planted]:
    """The files to be mounted, and a process that is called as QEMU is."""
    if os.geteuid():
        pytest.skip("only root can mount the files that hold the secrets")
    plant, root = Planted(), bench.root
    words = [plant(word, "/proc/cmdline") for word in forms.KERNEL]
    (root / "cmdline").write_text(f"root=/dev/vda1 {' '.join(words)} quiet\n")
    (root / "qemu").mkdir()
    for number, element in enumerate(forms.XML):
        element = plant(element, "libvirt")
        text = f"<domain type='kvm'><name>g{number}</name>{element}<vcpu>4</vcpu></domain>"
        (root / "qemu" / f"g{number}.xml").write_text(text)
    (root / "host").mkdir()
    for number, value in enumerate(forms.CONFIGURATIONS):
        text = plant(json.dumps([{"Id": "abc", "Created": "2024-01-01T00:00:00Z", **value}]), "inspect")
        (root / "host" / f"inspect-{number}.json").write_text(text)
    line = [plant(word, "QEMU") for word in itertools.chain(*forms.QEMU)]
    environment = os.environ | {"API_TOKEN": plant(forms.S, "environment"), "PGPASSWORD": plant(forms.S, "environment")}
    called = root / "qemu-system-x86_64"  # the kernel's short name of a process is its file's
    called.symlink_to(Path(sys.executable).resolve())
    guest = subprocess.Popen(
        [called, "-I", "-S", "-c", "import time; time.sleep(600)", "-m", "4G", *line], env=environment
    )
    yield plant
    guest.kill()
    guest.wait()


def test_no_output_holds_a_secret_and_none_is_for_others(bench, planted) -> None:
    root, said = bench.root, []

    def called(*words: object, fine: tuple[int, ...] = (0, 3)) -> str:
        argv = ["unshare", "--mount", "sh", "-c", NAMESPACE.format(root=root), "sh", *PROGRAM, *map(str, words)]
        done = subprocess.run(
            argv, cwd=out, env=bench.environment(), capture_output=True, text=True, umask=0o022, timeout=120
        )
        assert done.returncode in fine, (words, done.stdout, done.stderr)
        said.append(done.stdout + done.stderr)
        return said[-1]

    out = root / "out"
    out.mkdir(mode=0o700)
    run = bench.argv("storage/tiny", more=("--repeats", "2"))[3:]
    run[run.index(str(bench.out))] = "run"
    called(*run)
    called("snapshot", "-o", "host.tar.gz")
    for source in ("run", "host.tar.gz", root / "host"):
        called("advise", source, "--format", "json", fine=(0, 2, 3))
        called("facts", source, fine=(0, 2, 3))
    for source in ("run", "host.tar.gz"):
        called("report", source, "-o", f"{Path(source).name}.html")
    for words in (("-o", "a.csv"), ("-o", "a.json"), ("--for-gate", "-o", "b.csv")):
        called("export", "run", *words)
    files = ("--junit", "a.xml", "--markdown", "a.md", "--json", "gate.json", "--openmetrics", "a.om")
    called("gate", "--baseline", "b.csv", "--candidate", "b.csv", *files)
    called("history", "ingest", "run", "--db", "h.sqlite")
    called("history", "show", "storage/tiny", "--db", "h.sqlite", fine=(0, 2))
    arguments = " ".join(planted(shlex.join(words), "benchmark") for words in forms.OTHERS)
    called("ab", "--a", f"true {arguments}", "--b", f"true {arguments}", "--pairs", "5", "--json", "ab.json")
    called("gate", "run", "--cmd", f"false {arguments}", "--a", ".", "--b", ".", "--junit", "c.xml", fine=(0, 1, 2, 3))
    _guest_was_seen(out)
    assert len(planted.found) >= 60
    texts = {f"output {number}": text.encode() for number, text in enumerate(said)}
    texts |= {str(path): data for path in sorted(out.rglob("*")) if path.is_file() for path, data in _unpacked(path)}
    leaks = {
        f"{where}: {planted.found[secret]}"
        for where, data in texts.items()
        for secret in planted.found
        if secret.encode() in data
    }
    assert sorted(leaks) == []
    others = [path for path in out.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert others == []


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield str(path), data
    if path.name.endswith(".gz"):
        inner = gzip.decompress(data)
        yield f"{path} unpacked", inner
        if path.name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
                for member in archive:
                    if (file := archive.extractfile(member)) is not None:
                        yield f"{path} {member.name}", file.read()


def _guest_was_seen(out: Path) -> None:
    """Else its command line was not there to be leaked."""
    members = dict(_unpacked(out / "host.tar.gz"))
    assert any(b"qemu-system-x86_64" in data for where, data in members.items() if where.endswith("/cmdline"))
    assert any(b"<domain" in data for where, data in members.items() if where.endswith(".xml"))
    assert any(b"root=/dev/vda1" in data for where, data in members.items() if where.endswith("/proc/cmdline"))
