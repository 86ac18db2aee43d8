"""Names planted in a machine and a run: none is left in any output, and what the outputs say is the same."""

import importlib.util
import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.advise import command as advise
from perfadvisor.cli.devices import command as devices
from perfadvisor.cli.diff import command as diff
from perfadvisor.cli.export import command as export
from perfadvisor.cli.facts import command as facts
from perfadvisor.cli.gate import command as gate
from perfadvisor.cli.report import command as report
from perfadvisor.judge import judge
from perfadvisor.redacting import learned, redacted_run, redacted_snapshot
from perfadvisor.saved.snapshot_file import load_snapshot, save_snapshot

_SPEC = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
planted = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(planted)


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a path with its name, archives unpacked."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    for file in files:
        yield str(file.relative_to(path.parent)), file.read_bytes()
        if file.name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(file.read_bytes())) as archive:
                for member in archive.getmembers():
                    yield member.name, archive.extractfile(member).read()


def leaks(name: str, data: bytes) -> list[str]:
    """The original values that a name or its data hold, with what stands around each."""
    text = f"{name}\n{data.decode('utf-8', 'replace')}"
    low = text.lower()
    found = [(one, low.find(one.lower())) for one in planted.ORIGINALS]
    return [f"{name}: {one}: ...{text[max(0, at - 40) : at + 60]!r}" for one, at in found if at >= 0]


def leaks_in(path: Path) -> list[str]:
    return [leak for name, data in contents(path) for leak in leaks(name, data)]


def call(command, *arguments: object) -> str:
    done = CliRunner().invoke(command, [str(each) for each in arguments])
    assert done.exit_code in (0, 1, 3), done.exception or done.output
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return planted.run(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def copy(run: Path, tmp_path_factory) -> Path:
    to = tmp_path_factory.mktemp("shared") / "run"
    redacted_run(run, to)
    return to


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("machine") / f"{planted.HOST}.tar.gz"
    save_snapshot(planted.snapshot(), path)
    return path


def test_every_value_is_there_before(run: Path) -> None:
    """A value that is nowhere would be found to be gone."""
    there = "\n".join(f"{name}\n{data.decode('utf-8', 'replace')}" for name, data in contents(run)).lower()
    spelled = {"3eec:efff:fe12:ab9f", planted.IPV6, "10-77-3-21", "15034d0a", "5f3a" * 8}  # as other sources write it
    assert [one for one in planted.ORIGINALS if one.lower() not in there and one.lower() not in spelled] == [
        planted.MAC.replace(":", "-"),
        planted.MAC2.replace(":", ""),
        planted.UUID.replace("-", ""),
    ]


def test_no_value_is_left_in_a_run(copy: Path) -> None:
    assert leaks_in(copy) == []


def test_the_copy_says_what_was_replaced(copy: Path) -> None:
    (note,) = [one for one in json.loads((copy / "run.json").read_text())["notes"] if one.startswith("redacted")]
    for words in (
        "host name",
        "domain name",
        "address",
        "MAC address",
        "serial number",
        "UUID",
        "world-wide name",
        "user name",
        "below home",
        "guest name",
        "container name",
    ):
        assert words in note


def findings(path: Path) -> Counter[tuple[str, str]]:
    return Counter((one.rule.id, str(one.outcome)) for one in judge(path).findings)


def test_the_rules_find_the_same(run: Path, copy: Path, machine: Path, tmp_path) -> None:
    assert findings(copy) == findings(run)
    call(export, machine, "--redact", "-o", tmp_path / "copy.tar.gz")
    assert findings(tmp_path / "copy.tar.gz") == findings(machine)


def test_no_value_is_left_in_a_snapshot(machine: Path, tmp_path) -> None:
    call(export, machine, "--redact", "-o", tmp_path / "copy.tar.gz")
    assert leaks_in(tmp_path / "copy.tar.gz") == []
    assert load_snapshot(tmp_path / "copy.tar.gz").redacted["MAC address"] >= 2


def test_what_does_not_tell_who_it_is_stays(machine: Path) -> None:
    before = load_snapshot(machine)
    after = redacted_snapshot(before, learned([before]))
    changed = {name for name, entry in before.tree.items() if after.tree.entry(name) != before.tree.entry(name)}
    assert not [name for name in changed if name.startswith(("/sys/bus/pci", "/sys/devices/system", "/proc/irq"))]
    assert after.tree.text("/proc/sys/kernel/osrelease") == before.tree.text("/proc/sys/kernel/osrelease")
    assert "nvme.poll_queues=8" in after.tree.text("/proc/cmdline")
    assert " iommu=pt " in after.tree.text("/proc/cmdline")


OUTPUTS = {
    "page.html": lambda run, to: call(report, run, "--redact", "-o", to),
    "sides.html": lambda run, to: call(report, run, run, "--redact", "-o", to),
    "figures.csv": lambda run, to: call(export, run, "--redact", "-o", to),
    "figures.json": lambda run, to: call(export, run, "--redact", "-o", to),
    "advise.txt": lambda run, to: to.write_text(call(advise, run, "--redact", "--explain", "all")),
    "advise.json": lambda run, to: to.write_text(call(advise, run, "--redact", "--format", "json")),
    "facts.json": lambda run, to: to.write_text(call(facts, run, "--redact", "--absent", "--format", "json")),
    "devices.json": lambda run, to: to.write_text(call(devices, run, "--redact", "--format", "json")),
    "diff.json": lambda run, to: to.write_text(call(diff, run, run, "--redact", "--format", "json")),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_value_is_left_in_an_output(run: Path, tmp_path, name: str) -> None:
    OUTPUTS[name](run, tmp_path / name)
    assert leaks_in(tmp_path / name) == []


def test_outputs_of_a_copy_agree(copy: Path, tmp_path) -> None:
    """The page, the JSON, the tables and the gate's files call the environment the same, and leak nothing."""
    gated = (
        "--baseline",
        copy,
        "--candidate",
        copy,
        "--junit",
        tmp_path / "a.xml",
        "--markdown",
        tmp_path / "a.md",
        "--json",
        tmp_path / "gate.json",
        "--openmetrics",
        tmp_path / "a.prom",
    )
    call(gate, *gated)
    call(report, copy, "-o", tmp_path / "page.html")
    call(export, copy, "-o", tmp_path / "figures.csv")
    (tmp_path / "advise.json").write_text(call(advise, copy, "--format", "json"))
    assert leaks_in(tmp_path) == []
    header = json.loads((copy / "run.json").read_text())
    (environment,) = [one["name"] for one in header["environments"]]
    host = header["host"]["name"]
    assert environment.startswith("ssh:user") and f"@{host}," in environment and host.endswith(".example")
    texts = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert [name for name in ("page.html", "figures.csv", "advise.json") if environment not in texts[name]] == []
    assert host in texts["page.html"]


def test_a_paste_and_a_definition(tmp_path) -> None:
    paste, definition = tmp_path / f"{planted.HOST}.txt", tmp_path / f"{planted.VM}.xml"
    prompt = f"[{planted.USER}@{planted.HOST} ~]# uname -a\nLinux {planted.HOST}.{planted.DOMAIN} 6.1.0 #1 SMP x86_64\n"
    named = f"$ virsh dominfo {planted.VM}\nName:   {planted.VM}\nUUID:   {planted.UUID}\n"
    paste.write_text(prompt + planted.JOURNAL + named)
    definition.write_text(planted.DOMAIN_XML)
    for path in (paste, definition):
        assert leaks("advise", call(advise, path, "--redact", "--format", "json").encode()) == []
        assert leaks("facts", call(facts, path, "--redact", "--format", "json").encode()) == []
    assert findings_of(definition) == findings_of(definition, "--redact")


def findings_of(path: Path, *more: str) -> Counter[str]:
    found = json.loads(call(advise, path, "--format", "json", *more))["findings"]
    return Counter(f"{one['rule']} {one.get('outcome')}" for one in found)


def test_two_copies_have_nothing_in_common(machine: Path, tmp_path) -> None:
    names = []
    for number in (1, 2):
        call(export, machine, "--redact", "-o", tmp_path / f"{number}.tar.gz")
        names.append(load_snapshot(tmp_path / f"{number}.tar.gz").tree.text("/proc/sys/kernel/hostname"))
    assert names[0] != names[1] and all(name.startswith("host") for name in names)
