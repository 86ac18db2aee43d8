"""The language of --env: one parser for all kinds, and what it says to what means nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.kinds.container import CONTAINER, CPU_QUOTA, IMAGE, MEMORY, PRIVILEGED, RATES
from perfadvisor.specs.kinds.libvirt import DOMAIN, OVER_SSH, URI
from perfadvisor.specs.kinds.ssh import DIRECTORY, MACHINE, SshAddress
from perfadvisor.specs.kinds.vm import IOTHREAD, PIN, VCPUS, VFIO
from perfadvisor.specs.kinds.vm import MEMORY as GUEST_MEMORY
from perfadvisor.specs.option import Option
from perfadvisor.specs.parse import SpecError, known_or_text, read_spec, read_specs
from perfadvisor.specs.spec import Spec

FUNCTION = "0000:01:00.0"


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as refused:
        read_spec(text)
    assert refused.value.exit_code == 2
    return f"{refused.value.message} ({refused.value.hint})"


def test_options_come_out_with_their_types() -> None:
    guest = read_spec("vm:cpus=4,memory=2G,iothread=off,pin=0-1+3+2,vfio=01:00.0,vfio=0000:01:00.0,vf=0000:02:00.0")
    assert (guest.get(VCPUS), guest.get(GUEST_MEMORY), guest.get(IOTHREAD)) == (4, 2 << 30, False)
    assert guest.get(PIN) == (0, 1, 3, 2)
    assert guest.all_of(VFIO) == (FUNCTION,)
    assert guest.in_turns == (FUNCTION, "0000:02:00.0")
    container = read_spec("docker:debian:12,cpus=0.5,memory=512m,device-read-iops=/dev/vda:1k,name=half")
    assert (container.get(IMAGE), container.get(CONTAINER)) == ("debian:12", None)
    assert (container.get(CPU_QUOTA), container.get(MEMORY)) == (0.5, 512 << 20)
    assert container.all_of(RATES[0]) == (("/dev/vda", 1024),)
    assert container.name == "half"
    assert read_spec("podman:@web-1").get(CONTAINER) == "web-1"
    assert read_spec("docker:vfio=01:00.0").for_the_run == (FUNCTION,)


@pytest.mark.parametrize(
    ("rest", "machine"),
    [
        ("host", SshAddress(host="host")),
        ("host:", SshAddress(host="host")),
        ("me@host", SshAddress(host="host", user="me")),
        ("me@host:22", SshAddress(host="host", user="me", port="22")),
        ("me@[fe80::1]:22", SshAddress(host="fe80::1", user="me", port="22")),
    ],
)
def test_a_machine(rest: str, machine: SshAddress) -> None:
    assert read_spec(f"ssh:{rest}").get(MACHINE) == machine


@pytest.mark.parametrize(
    "rest",
    ["", "-oProxyCommand=touch x", "a@-b", "a b@c", "host:99999", "host;id", "h,dir=x", "h,x=1", "a@b@c d", "@h"],
)
def test_what_is_no_machine(rest: str) -> None:
    assert refusal(f"ssh:{rest}")


def test_machines_and_domains() -> None:
    far = read_spec("ssh:root@[fe80::1]:2222,dir=/srv")
    assert far.get(MACHINE) == SshAddress(user="root", host="fe80::1", port="2222")
    assert far.get(DIRECTORY) == "/srv"
    domain = read_spec("libvirt:web,uri=qemu+ssh://root@h/system?keyfile=/k,ssh=root@guest")
    assert (domain.get(DOMAIN), domain.get(URI)) == ("web", "qemu+ssh://root@h/system?keyfile=/k")
    assert domain.get(OVER_SSH) == SshAddress(user="root", host="guest")


@pytest.mark.parametrize("text", ["512m", "512M", "512MiB", "512mb", "536870912", "524288k"])
@pytest.mark.parametrize(("kind", "option"), [("docker", MEMORY), ("podman", MEMORY), ("vm", GUEST_MEMORY)])
def test_a_size_is_written_alike_everywhere(kind: str, option: Option[int], text: str) -> None:
    assert read_spec(f"{kind}:memory={text}").get(option) == 512 << 20


@pytest.mark.parametrize(("text", "meant"), [("on", True), ("yes", True), ("true", True), ("off", False)])
def test_a_switch_is_written_alike_everywhere(text: str, meant: bool) -> None:
    assert read_spec(f"docker:privileged={text}").get(PRIVILEGED) is meant
    assert read_spec(f"vm:iothread={text}").get(IOTHREAD) is meant


@pytest.mark.parametrize("kind", ["docker", "vm:vf=01:00.0", "podman"])
def test_an_address_needs_its_network(kind: str) -> None:
    joint = "," if ":" in kind else ":vf=01:00.0,"
    assert "IP address with its network" in refusal(f"{kind}{joint}address=192.0.2.1")


# Each spelling mistake in each kind: what is wrong, and the word that was meant.
NEEDED = {"ssh": "root@h,", "libvirt": "web,", "saved": "x,"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistyped_option_names_the_nearest_in_every_kind(kind: str) -> None:
    for option in KINDS[kind].by_name:
        wrong = option + option[-1]
        said = refusal(f"{kind}:{NEEDED.get(kind, '')}{wrong}=1")
        assert f"unknown option '{wrong}'" in said
        assert "did you mean" in said


@pytest.mark.parametrize("kind", KINDS)
def test_an_option_without_a_value_or_given_twice_is_refused_in_every_kind(kind: str) -> None:
    assert "name has no value (for example name=small)" in refusal(f"{kind}:{NEEDED.get(kind, '')}name")
    assert "name is given twice" in refusal(f"{kind}:{NEEDED.get(kind, '')}name=a,name=b")


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistyped_kind_names_the_nearest(kind: str) -> None:
    assert f"did you mean {kind}?" in refusal(f"{kind[:-1]}x{kind[-1]}:a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vm:memry=1G", "did you mean memory?"),
        ("ssh", "the machine is missing (for example ssh:root@server)"),
        ("libvirt:uri=qemu:///system", "the domain is missing"),
        ("libvirt:web,uri", "uri has no value"),
        ("local:here", "unknown option 'here'"),
        ("docker:a,b", "'b' is not an option"),
        ("podman:cpuset=0-3,8", "CPUs are joined by +"),
        ("docker:--privileged", "the name of an image is expected"),
        ("docker:@web,cpus=1", "a running container keeps its limits"),
        ("docker:@web,vfio=01:00.0", "a running container keeps its limits"),
        ("docker:@", "the name of a container is expected (for example @web-1)"),
        ("docker:cpus=lots", "for example cpus=0.5"),
        ("docker:cpus=nan", "for example cpus=0.5"),
        ("docker:cpuset=0-99999999999999", "for example cpuset=0-3+8"),
        ("docker:device-read-iops=vda:10", "for example device-read-iops=/dev/nvme0n1:5000"),
        ("docker:network=--privileged", "a name of letters"),
        ("podman:seccomp=off", "seccomp=unconfined"),
        ("docker:vf=01:00.0,network=host", "a network of the container's own"),
        ("podman:address=192.0.2.1/24", "give one vf= with it"),
        ("vm:address=192.0.2.1/24", "give vfio= or vf= with it"),
        ("vm:pin=0-7", "8 host CPUs for 2 virtual CPUs"),
        ("saved:host.tar.gz", "perfadvisor advise host.tar.gz"),
        ("ssh:root@-oProxyCommand", "USER@HOST[:PORT] is expected"),
        ("", "unknown environment ''"),
    ],
)
def test_what_means_nothing_is_refused_in_words(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "cpus=0",
        "cpus=9999999999",
        "cpus=\N{ARABIC-INDIC DIGIT ONE}",
        "memory=2",
        "memory=1x",
        "iothread=maybe",
        "cache=unsafe",
        "aio=x",
        "pin=a",
        "pin=1-",
        "pin=1-0",
        "vfio=",
        "vfio=1",
        "vfio=0000:01:00.8",
        "disk=/x",
        "vfio=../../x",
        "vf=01:00.0,address=192.0.2.2/99",
        "vf=01:00.0,address=fe80::1%$(reboot)/64",
    ],
)
def test_values_that_no_guest_can_have_are_refused(text: str) -> None:
    assert refusal(f"vm:{text}")


def test_two_environments_of_one_name_are_refused_and_equal_ones_are_one() -> None:
    assert [spec.text for spec in read_specs(["vm", "local", "vm"])] == ["vm", "local"]
    with pytest.raises(SpecError, match="'a' is the name of vm:name=a too"):
        read_specs(["vm:name=a", "docker:name=a"])


def test_the_spec_of_an_old_run_is_kept_as_text() -> None:
    assert known_or_text("later:x=1") == Spec(text="later:x=1")
    assert known_or_text("vm:vfio=01:00.0").in_turns == (FUNCTION,)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([f"{kind}:" for kind in KINDS] + [""]), st.text(max_size=60))
def test_any_text_is_read_or_refused(kind: str, text: str) -> None:
    try:
        assert read_spec(kind + text).kind in KINDS
    except SpecError as error:
        assert error.message
