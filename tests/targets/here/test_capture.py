"""Patterns to a tree: paths, commands and netlink together."""

import sys
from pathlib import Path

import pytest

from perfadvisor.model.tree import Tree, Unreadable
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here import capture as module
from perfadvisor.targets.here.capture import capture, interfaces


def completed(command: Command, code: int = 0, out: bytes = b"", err: bytes = b"") -> Completed:
    return Completed(command=command, returncode=code, stdout=out, stderr=err, duration_s=0.0)


def test_a_command_becomes_a_source() -> None:
    seen: list[Command] = []

    def run(command: Command) -> Completed:
        seen.append(command)
        return completed(command, out=b"said")

    tree = capture(["$ lspci -D 'a b'"], run=run)
    assert tree.read("$ lspci -D 'a b'") == b"said"
    assert seen[0].argv == ("lspci", "-D", "a b")
    assert seen[0].timeout_s > 0


@pytest.mark.parametrize(
    ("code", "err", "reason"),
    [(1, b"first\nno such device\n", "exit code 1: no such device"), (124, b"", "exit code 124: no message")],
)
def test_a_failed_command_says_why(code: int, err: bytes, reason: str) -> None:
    tree = capture(["$ tool"], run=lambda command: completed(command, code, b"", err))
    assert tree.why_unreadable("$ tool") == reason


def test_a_missing_tool_says_so() -> None:
    def run(command: Command) -> Completed:
        raise FileNotFoundError(2, "No such file or directory")

    assert capture(["$ tool"], run=run).why_unreadable("$ tool") == "No such file or directory"


def test_without_a_runner_no_command_runs() -> None:
    assert isinstance(capture(["$ tool"]).entry("$ tool"), Unreadable)


def test_nic_stands_for_every_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "interfaces", lambda: ("eth0", "lo"))
    tree = capture(["$ ethtool -i {nic}"], run=lambda command: completed(command, out=command.argv[-1].encode()))
    assert tree.read("$ ethtool -i eth0") == b"eth0"
    assert tree.read("$ ethtool -i lo") == b"lo"


def test_interfaces_leaves_files_out(tmp_path: Path) -> None:
    (tmp_path / "sys/class/net/eth0").mkdir(parents=True)
    (tmp_path / "sys/class/net/bonding_masters").write_text("bond0\n")
    assert interfaces(str(tmp_path)) == ("eth0",)


def test_another_root_asks_nothing_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "name").write_text("x")
    tree = capture(["/name", "$ true", "netlink:route/links"], root=str(tmp_path))
    assert isinstance(tree, Tree)
    assert [source for source, _ in tree.items()] == ["/name"]


def test_pyroute2_is_imported_only_for_netlink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "perfadvisor.targets.here.netlink", raising=False)
    capture(["/proc/version"])
    assert "perfadvisor.targets.here.netlink" not in sys.modules
