"""Reading through a shell gives what reading live gives, in every shell that containers come with."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts import catalogue
from perfadvisor.model.tree import Directory, Symlink, Tree, Unreadable
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.remote.shell_capture import parse, script

# Files of the reading process itself, and those that move between two readings.
MOVING = ("/proc/", "/sys/devices/system/node/", "/sys/devices/system/cpu/", "/sys/kernel/mm/", "/sys/class/net/")
LOOP = "/block/loop"  # other tests attach and detach loop devices meanwhile


@pytest.mark.parametrize("shell", [("sh",), ("bash", "--posix"), ("busybox", "sh")])
def test_same_as_live(shell: tuple[str, ...]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    text, patterns = script(catalogue.PATTERNS)
    done = subprocess.run([*shell, "-c", text], input=patterns, capture_output=True, check=True, timeout=60)
    told = Tree(parse(done.stdout))
    live = capture([pattern for pattern in catalogue.PATTERNS if pattern.startswith("/") and "{" not in pattern])
    for source, entry in live.items():
        if source.endswith(("/bdi", "/subsystem")) and isinstance(entry, Symlink):
            continue  # met by the live walk on a way that led nowhere
        if source.startswith(MOVING) or "/net/" in source or "/statistics/" in source or LOOP in source:
            continue
        mine = told.entry(source) if not isinstance(entry, Symlink) else dict(told.items()).get(source)
        if isinstance(entry, bytes):
            assert isinstance(mine, bytes) and mine.rstrip(b"\n") == entry.rstrip(b"\n"), source
        elif not isinstance(entry, Unreadable):
            assert mine == entry, source


def test_config_space_is_kept_byte_for_byte() -> None:
    live = capture(["/sys/bus/pci/devices/*/config"])
    text, patterns = script(["/sys/bus/pci/devices/*/config"])
    told = Tree(parse(subprocess.run(["sh", "-c", text], input=patterns, capture_output=True, check=True).stdout))
    files = [source for source, _ in live.items() if source.endswith("/config")]
    assert files
    assert [told.read(source) for source in files] == [live.read(source) for source in files]


def test_nothing_dangerous_is_kept_even_if_the_far_side_sends_it() -> None:
    files = b"F\t/sys/devices/x/rom\nF\t/sys/devices/x/class\n"
    answer = files + b"=TEXT=\n/sys/devices/x/rom:1\n/sys/devices/x/class:2\n=BINARY=\n"
    told = Tree(parse(answer))
    assert told.text("/sys/devices/x/class") == "2" and told.entry("/sys/devices/x/rom") is None


def test_links_denials_and_directories() -> None:
    answer = (
        b"F\t/sys/class/net/eth0/mtu\nF\t/sys/a:b/c\nD\t/sys/kernel/iommu_groups\n"
        b"=TEXT=\n/sys/class/net/eth0/mtu:1500\ngrep: /sys/a:b/c: Permission denied\n=BINARY=\n"
        b"B\t/sys/devices/e/config\n 86 80\n 01 02\nB\t/sys/devices/f/config\n"
        b"=LINKS=\nlrwxrwxrwx    1 root     root             0 Nov 26 00:13 /sys/class/net/eth0 -> ../../devices/e\n"
    )
    told = Tree(parse(answer))
    assert told.read("/sys/devices/e/config") == b"\x86\x80\x01\x02"
    assert told.read("/sys/devices/f/config") == b""
    assert told.integer("/sys/devices/e/mtu") == 1500
    assert told.entry("/sys/a:b/c") == Unreadable("Permission denied")
    assert told.entry("/sys/kernel/iommu_groups") == Directory()


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.from_regex(
            rb"([FDSB]\t/[a-c/]{1,4}\n|=TEXT=\n|/a:x\n|=BINARY=\n|=LINKS=\n|l 1 /[a-c/]{1,4} -> [a-c./]{1,4}\n| 0f\n)*"
        ),
    )
)
def test_any_answer_is_taken(answer: bytes) -> None:
    Tree(parse(answer)).names("/")


def test_a_link_without_end_is_none_and_costs_nothing() -> None:
    """A hostile machine's links grew with each look at them: a gigabyte of memory for 114 kilobytes."""
    long, grows = "/a" + "b c" * 38_000, "/".join(["d"] * 900)
    answer = f"=TEXT=\n=BINARY=\n=LINKS=\nlrwx 1 r r 1 d {long} -> x\nlrwx 1 r r 1 d /sys/d -> {grows}\n"
    answer += f"lrwx 1 r r 1 d /sys/d/{grows} -> {grows}\nlrwx 1 r r 1 d /sys/k -> c\n"
    found = parse(answer.encode())
    assert found["/sys/k"] == Symlink("c") and max(map(len, found)) < 4096
