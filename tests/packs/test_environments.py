"""The environments file: names become specs, and mistakes have a line."""

from pathlib import Path

import jsonschema
import pytest

from perfadvisor.packs.check import read
from perfadvisor.packs.environments import load_environments
from perfadvisor.packs.problems import PackError
from perfadvisor.specs.parse import read_spec
from perfadvisor.specs.schema import schema
from perfadvisor.targets.container.spec import Declared, arguments, declared_by

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
  small: {spec: "vm:cpus=2"}
  guest: {spec: "libvirt:web-2,uri=qemu:///session"}
  here: {spec: local}
  wide:
    kind: vm
    pin: 0-1,3, 4
    cpus: 4
    iothread: no
    memory: 2GiB
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "environments.yaml"
    file.write_text(text)
    return file


def test_names_become_specs_that_say_the_same(tmp_path) -> None:
    found = {name: spec.text for name, spec in load_environments(write(tmp_path, GOOD)).items()}
    assert list(found) == ["half", "far", "web", "plain", "small", "guest", "here", "wide"]
    assert found["far"] == "ssh:root@server,name=far"
    assert found["web"] == "podman:@web-1,name=web"
    assert found["plain"] == "docker:name=plain"
    assert found["small"] == "vm:cpus=2,name=small"
    assert found["guest"] == "libvirt:web-2,uri=qemu:///session,name=guest"
    assert found["here"] == "local:name=here"
    assert found["wide"] == "vm:pin=0-1+3+4,cpus=4,iothread=no,memory=2GiB,name=wide"


def test_what_a_file_says_reaches_the_engine(tmp_path) -> None:
    half = load_environments(write(tmp_path, GOOD))["half"]
    assert read_spec(half.text).values == half.values, "the command line says the same"
    declared = declared_by(half)
    assert (half.name, declared.cpus, declared.cpuset, declared.memory_bytes) == ("half", 0.5, "0-1,3", 2 << 30)
    assert (declared.vfio, declared.vf) == (("0000:03:00.0", "0000:04:00.1"), ("0000:02:00.0",))
    assert declared.address == "192.0.2.1/24"
    assert arguments(declared) == (
        "--network=none",
        "--cpus=0.5",
        "--cpuset-cpus=0-1,3",
        "--memory=2147483648b",
        "--privileged",
        "--security-opt=seccomp=unconfined",
        "--device=/dev/sdx",
        "--device-read-iops=/dev/vda:1000",
        "--device-write-bps=/dev/vda:1048576",
        "--device-write-bps=/dev/vdb:2097152",
    )


def test_a_container_without_any_option_is_the_tools_image() -> None:
    assert declared_by(read_spec("docker")) == Declared()
    assert declared_by(read_spec("docker:registry:5000/team/fio:3")).image == "registry:5000/team/fio:3"


MISTAKES = [
    ("a:\n    kind: docker\n    cpu: 1\n", "4:5", "unknown key `cpu` of docker (did you mean cpus?)"),
    ("a:\n    engine: lxc\n", "3:13", "`lxc` is not a kind"),
    ("a:\n    kind: dokcer\n", "3:11", "did you mean docker?"),
    ("a:\n    kind: docker\n    memory: much\n", "4:13", "a size of at least 1m"),
    ("a:\n    kind: docker\n    cpus: 0\n", "4:11", "a number from 0.01"),
    ("local:\n    kind: docker\n", "2:3", "meaning of its own"),
    ("a b:\n    kind: docker\n", "2:3", "not a valid name"),
    ("a:\n    image: x\n", "2:3", "either `spec` or `kind`"),
    ("a:\n    spec: docker\n    cpus: 1\n", "3:11", "behind the commas"),
    ("a:\n    spec: vm:memry=1G\n", "3:11", "did you mean memory?"),
    ("a:\n    spec: vm:name=b\n", "3:11", "a name of its own"),
    ("a:\n    kind: vm\n    cpus: [1, 2]\n", "4:11", "takes one value"),
    ("a:\n    kind: ssh\n", "3:5", "the machine is missing"),
    ("a:\n    kind: docker\n    image: x\n    container: y\n", "2:3", "give one of"),
    ("a:\n    kind: docker\n    blkio:\n      device-read-iops: vda\n", "5:25", "a device with a number"),
    ("a:\n    kind: docker\n    blkio:\n      device-read: /dev/vda:1\n", "5:7", "unknown key `device-read`"),
    ("a:\n    kind: docker\n    device: [vda]\n", "4:13", "a device node"),
    ("a:\n    kind: docker\n    network: '--privileged'\n", "4:14", "a name of letters"),
    ("a:\n    kind: docker\n    vfio: [eth0]\n", "4:11", "a PCI address"),
    ("a: 1\n", "2:6", "dictionary"),
    ("a: {spec: vm}\n  a: {spec: vm}\n", "3:3", "twice"),
]


@pytest.mark.parametrize(("text", "place", "said"), MISTAKES)
def test_mistakes_have_a_line(tmp_path, text, place, said) -> None:
    with pytest.raises(PackError) as error:
        load_environments(write(tmp_path, f"environments:\n  {text}"))
    lines = [str(problem) for problem in error.value.problems]
    assert any(f"environments.yaml:{place}" in line and said in line for line in lines), lines


def test_a_file_without_environments(tmp_path) -> None:
    with pytest.raises(PackError, match="at least 1"):
        load_environments(write(tmp_path, "environments: {}\n"))


def test_the_json_schema_takes_what_is_right_and_refuses_the_mistakes(tmp_path) -> None:
    check = jsonschema.Draft202012Validator(schema())
    check.check_schema(check.schema)
    check.validate(as_json(tmp_path, GOOD))
    for text, _, said in MISTAKES:
        if said not in BEYOND_A_SCHEMA:
            assert list(check.iter_errors(as_json(tmp_path, f"environments:\n  {text}"))), text
    assert list(check.iter_errors({"environments": {}}))


# What no schema of the keys alone can know: the inside of a spec, and a key that stands twice.
BEYOND_A_SCHEMA = ("did you mean memory?", "a name of its own", "twice")


def as_json(tmp_path: Path, text: str) -> object:
    return read(write(tmp_path, text)).data
