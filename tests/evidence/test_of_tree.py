"""Saved outputs beside a machine's own files: which are opened, and how much of them is looked at."""

import subprocess
import sys
from collections.abc import Mapping

from perfadvisor.evidence.of_tree import outputs
from perfadvisor.model.tree import Entry, Tree

RESET = b"Nov 28 05:00:01 host kernel: nvme nvme1: controller is down; will reset: CSTS=0x3\n"
LOG = b"Nov 28 05:00:01 host systemd[1]: Started a service that nobody asked about.\n"
QEMU = b"root 7 1 0 ? S 0:00 /usr/bin/qemu-system-x86_64 -name guest=db -smp 4 -drive file=/a.img,if=ide\n"


class Watched(Tree):
    """A tree that knows what was asked of it."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        super().__init__(entries)
        self.opened: set[str] = set()

    def read(self, source: str) -> bytes | None:
        self.opened.add(source)
        return super().read(source)


def values(tree: Tree) -> dict[tuple[str, str], object]:
    return {(fact.name, fact.subject): getattr(fact, "value", None) for one in outputs(tree) for fact in one.facts}


def test_outputs_that_no_reader_wants_are_not_opened() -> None:
    tree = Watched({"$ rpm -qa": b"x\n", "$ df -al": b"x\n", "$ ls -l /boot": b"x\n", "$ uname -a": b"x\n"})
    list(outputs(tree))
    assert tree.opened == {"$ uname -a"}


def test_of_a_log_of_any_length_the_telling_lines_count() -> None:
    tree = Tree({"$ journalctl --no-pager": LOG * 60_000 + RESET + LOG + RESET})
    assert len(tree.read("$ journalctl --no-pager") or b"") > 4 << 20
    assert values(tree) == {("logged.timeouts", "nvme1"): 2}


def test_of_a_list_of_processes_those_that_run_guests_count() -> None:
    tree = Tree({"$ ps auxwww": b"root 1 0 0 ? S 0:00 /sbin/init\n" * 5_000 + QEMU})
    assert values(tree)["vm.vcpus", "db"] == 4


def test_a_machine_that_was_read_here_imports_no_reader_of_outputs() -> None:
    """They take five times as long to import as its facts and rules take."""
    code = (
        "import sys; from perfadvisor.evidence.of_tree import outputs; from perfadvisor.model.tree import Tree; "
        "print(list(outputs(Tree({'$ ethtool -g eth0': b'x', '$ pgrep -a qemu': b'y', '/proc/stat': b'z'}))), "
        "'perfadvisor.evidence.kinds' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"
