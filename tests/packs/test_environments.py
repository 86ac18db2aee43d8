"""The environments file: names become specs, and mistakes have a line."""

from pathlib import Path

import pytest

from perfadvisor.packs.environments import load_environments
from perfadvisor.packs.problems import PackError
from perfadvisor.targets.container.spec import Declared, arguments, parse

GOOD = """\
environments:
  half:
    engine: docker
    cpus: 0.5
    cpuset: 0-1,3
    memory: 2g
    network: none
    privileged: true
    seccomp: unconfined
    device: [/dev/sdx]
    vfio: [0000:03:00.0, 04:00.1]
    vf: [0000:02:00.0]
    address: 192.0.2.1/24
    blkio:
      device-read-iops: /dev/vda:1000
      device-write-bps: [/dev/vda:1m, /dev/vdb:2m]
  far:
    spec: ssh:root@server
  web:
    engine: podman
    container: web-1
  plain:
    spec: docker
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "environments.yaml"
    file.write_text(text)
    return file


def test_names_become_specs_that_say_the_same(tmp_path) -> None:
    found = load_environments(write(tmp_path, GOOD))
    assert list(found) == ["half", "far", "web", "plain"]
    assert found["far"] == "ssh:root@server,name=far"
    assert found["web"] == "podman:@web-1,name=web"
    assert found["plain"] == "docker:name=plain"
    declared = parse(found["half"].removeprefix("docker:"), found["half"])
    assert (declared.name, declared.cpus, declared.cpuset, declared.memory_bytes) == ("half", 0.5, "0-1,3", 2 << 30)
    assert (declared.vfio, declared.vf) == (("0000:03:00.0", "0000:04:00.1"), ("0000:02:00.0",))
    assert declared.address == "192.0.2.1/24"
    assert arguments(declared) == (
        "--network=none", "--cpus=0.5", "--cpuset-cpus=0-1,3", "--memory=2147483648b", "--privileged",
        "--security-opt=seccomp=unconfined", "--device=/dev/sdx", "--device-read-iops=/dev/vda:1000",
        "--device-write-bps=/dev/vda:1048576", "--device-write-bps=/dev/vdb:2097152",
    )  # fmt: skip


def test_a_container_without_any_option_is_the_tools_image() -> None:
    assert parse("", "docker") == Declared()
    assert parse("registry:5000/team/fio:3", "x").image == "registry:5000/team/fio:3"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("environments:\n  a:\n    engine: docker\n    cpu: 1\n", "4:5", "unknown key"),
        ("environments:\n  a:\n    engine: lxc\n", "3:13", "docker"),
        ("environments:\n  a:\n    engine: docker\n    memory: much\n", "4:13", "no size"),
        ("environments:\n  a:\n    engine: docker\n    cpus: 0\n", "4:11", "greater"),
        ("environments:\n  local:\n    engine: docker\n", "2:3", "meaning of its own"),
        ("environments:\n  a b:\n    engine: docker\n", "2:3", "no name"),
        ("environments:\n  a:\n    image: x\n", "3:5", "either `spec` or `engine`"),
        ("environments:\n  a:\n    spec: docker\n    cpus: 1\n", "3:5", "behind the commas"),
        ("environments:\n  a:\n    engine: docker\n    blkio:\n      device-read-iops: vda\n", "5:25", "no cap"),
        ("environments:\n  a:\n    engine: docker\n    device: [vda]\n", "4:13", "no device"),
        ("environments:\n  a:\n    engine: docker\n    network: '--privileged'\n", "4:14", "match"),
        ("environments:\n  a:\n    engine: docker\n    vfio: [eth0]\n", "4:11", "no PCI address"),
        ("environments:\n  a:\n    engine: docker\n    vf: 0000:01:00.0\n", "4:9", "list"),
        ("environments: {}\n", "1:15", "at least 1"),
        ("environments:\n  a: 1\n  a: 2\n", "3:3", "twice"),
    ],
)
def test_mistakes_have_a_line(tmp_path, text, place, said) -> None:
    with pytest.raises(PackError) as error:
        load_environments(write(tmp_path, text))
    lines = [str(problem) for problem in error.value.problems]
    assert any(f"environments.yaml:{place}" in line and said in line for line in lines), lines
