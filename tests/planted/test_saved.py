"""Faults of a benchmark's own set-up, with a real fio and iperf3, told from the files that these leave behind."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from perfadvisor.importer import import_files
from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome

pytestmark = pytest.mark.tools
READS = "--name=x --rw=randread --bs=4k --size=16m --time_based --runtime=1 --output-format=json"
GOOD = "--ioengine=libaio --direct=1 --iodepth=16"
PLANTS = {
    "measurement-latency-off": f"{GOOD} --gtod_reduce=1",
    "measurement-null-engine": "--ioengine=null",
    "measurement-queue-depth-not-reached": "--ioengine=libaio --direct=0 --iodepth=16",
    "measurement-littles-law": f"{GOOD} --thinktime=2000 --thinktime_blocks=16",
}
# Two machines: namespaces with a cable between them; every DROP-th segment is lost at the far one. Without a PACE, veth
# itself drops what a busy receiver cannot take.
TWO = """
ip link set lo up
ip link add near type veth peer name far
ip addr add 10.9.9.1/24 dev near; ip link set near up
unshare --net sleep 60 & there=$!
until [ "$(readlink /proc/$there/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set far netns $there
on="nsenter -t $there -n"
$on ip addr add 10.9.9.2/24 dev far; $on ip link set far up
[ -z "$DROP" ] || $on iptables -A INPUT -p tcp -m statistic --mode nth --every $DROP --packet 0 -j DROP
$on iperf3 -s -1 >/dev/null &
until $on ss -Hltn | grep -q 5201; do sleep 0.05; done
iperf3 -c 10.9.9.2 -J -t 1 -C cubic $PACE
kill $there
"""
ONE = """
ip link set lo up
iperf3 -s -1 >/dev/null &
until ss -Hltn | grep -q 5201; do sleep 0.05; done
iperf3 -c 127.0.0.1 -J -t 1
"""


def outcomes(file: Path, rule: str) -> set[Outcome]:
    import_files((file,), file.with_suffix(".run"))
    return {one.outcome for one in judge(file.with_suffix(".run")).findings if one.rule.id == rule}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


def fio(folder: Path, name: str, words: str) -> Path:
    file = folder / f"{name}.json"
    argv = ["fio", *READS.split(), *words.split(), f"--output={file}", f"--filename={folder}/data"]
    subprocess.run(argv, check=True, capture_output=True)
    return file


@pytest.fixture(scope="module")
def good(folder: Path) -> Path:
    return fio(folder, "good", GOOD)


@pytest.mark.parametrize("rule", PLANTS)
def test_what_fio_was_told(rule: str, folder: Path, good: Path) -> None:
    assert Outcome.FIRES in outcomes(fio(folder, rule, PLANTS[rule]), rule)
    copy = Path(shutil.copy(good, folder / f"{rule}-good.json"))
    assert outcomes(copy, rule) == {Outcome.CLEAR}


def iperf3(folder: Path, name: str, script: str, **environment: str) -> Path:
    if os.geteuid() != 0:
        pytest.skip("network namespaces take root")
    file = folder / f"{name}.json"
    argv = ["unshare", "--net", "sh", "-e", "-c", script]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60, env=os.environ | environment)
    file.write_bytes(done.stdout)
    return file


def test_a_lost_segment_and_loopback(folder: Path) -> None:
    rules = ("network-retransmits", "measurement-no-nic-crossed")
    lossy, alone, fine = (
        iperf3(folder, name, script, DROP=drop, PACE=pace)
        for name, script, drop, pace in (
            ("lossy", TWO, "200", ""),
            ("alone", ONE, "", ""),
            ("fine", TWO, "", "-b 100M"),
        )
    )
    assert outcomes(lossy, rules[0]) == {Outcome.FIRES}
    assert outcomes(alone, rules[1]) == {Outcome.FIRES}
    for rule in rules:
        copy = Path(shutil.copy(fine, folder / f"{rule}-fine.json"))
        assert outcomes(copy, rule) == {Outcome.CLEAR}


@pytest.mark.container
def test_a_container_without_a_filter(folder: Path) -> None:
    """Podman writes the description of a container that was made and never started."""
    if shutil.which("podman") is None or os.geteuid() != 0:
        pytest.skip("podman is not installed, or this is not root")
    rule, empty = "container-io-uring-filtered", folder / "rootfs"
    empty.mkdir()
    for words, expected in (((), Outcome.FIRES), (("--security-opt", "seccomp=unconfined"), Outcome.CLEAR)):
        made = ["podman", "create", *words, "--rootfs", str(empty), "true"]
        name = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
        said = subprocess.run(["podman", "inspect", name], check=True, capture_output=True).stdout
        subprocess.run(["podman", "rm", name], check=True, capture_output=True)
        file = folder / f"{expected}.json"
        file.write_bytes(said)
        assert {one.outcome for one in judge(file).findings if one.rule.id == rule} == {expected}
