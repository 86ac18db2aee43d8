"""Plans as scripts and files that people keep."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings import forms
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan

RULES = {rule.id: rule for rule in load_rules()}
COALESCE = {"rx_usecs": 50, "use_adaptive_rx": 0}
TREE = Tree(
    {
        "/sys/block/sda/queue/scheduler": b"none [mq-deadline]\n",
        "/proc/sys/vm/zone_reclaim_mode": b"1\n",
        "netlink:ethtool/coalesce/eth0": json.dumps(COALESCE).encode(),
    }
)


def planned(rule: str, setting: str, subject: str, **to: str):
    finding = Finding(rule=RULES[rule], environment="local", subject=subject, outcome=Outcome.FIRES, title="It waits")
    return finding, plan([Intent(setting=setting, subject=subject, to=to)], TREE)


ALL = (
    planned("storage-scheduler-not-none", "block.scheduler", "sda", scheduler="none"),
    planned("storage-scheduler-costs-iops", "block.scheduler", "sda", scheduler="none"),
    planned("numa-zone-reclaim", "sysctl", "vm/zone_reclaim_mode", sysctl="0"),
    planned("irq-coalesce-latency-high", "nic.coalesce", "eth0", rx_usecs="8"),
)


def test_a_script_makes_each_change_once_and_says_how_to_undo_all() -> None:
    lines = forms.shell(ALL).splitlines()
    made = [line for line in lines if line and not line.startswith(("#", "set"))]
    assert made == [
        "echo none > /sys/block/sda/queue/scheduler",
        "sysctl -w vm.zone_reclaim_mode=0",
        "ethtool -C eth0 rx-usecs 8",
    ]
    assert lines[lines.index("# To undo:") + 1 :] == [
        "# ethtool -C eth0 rx-usecs 50",
        "# sysctl -w vm.zone_reclaim_mode=1",
        "# echo mq-deadline > /sys/block/sda/queue/scheduler",
    ]


def test_a_diff_names_was_and_will_be() -> None:
    assert "  block.scheduler sda: scheduler mq-deadline -> none" in forms.diff(ALL).splitlines()


def test_a_tuned_profile_has_what_tuned_knows_and_says_the_rest() -> None:
    assert forms.tuned(ALL).splitlines()[2:] == [
        "",
        "[sysctl]",
        "vm.zone_reclaim_mode=0",
        "",
        "[sysfs]",
        "/sys/block/sda/queue/scheduler=none",
        "",
        "# Not for tuned:",
        "# ethtool -C eth0 rx-usecs 8",
    ]


def test_ansible_gets_values_as_arguments() -> None:
    ((play),) = json.loads(forms.ansible(ALL))
    words = [task["ansible.builtin.command"]["argv"] for task in play["tasks"]]
    assert words[0][-2:] == ["none", "/sys/block/sda/queue/scheduler"]
    assert words[2] == ["ethtool", "-C", "eth0", "rx-usecs", "8"]


def test_ansible_fills_nothing_in() -> None:
    tree = Tree({"/proc/sys/kernel/hostname": b"a\n"})
    made = plan(
        [Intent(setting="sysctl", subject="kernel/hostname", to={"sysctl": "{{ lookup('pipe', 'id') }}"})], tree
    )
    finding = Finding(rule=RULES["numa-zone-reclaim"], environment="local", subject="", outcome=Outcome.FIRES)
    assert "{{" not in forms.ansible([(finding, made)])


@pytest.mark.tools
@pytest.mark.slow
def test_ansible_takes_the_playbook_and_really_makes_the_change(tmp_path: Path) -> None:
    """On files that stand for the kernel's."""
    program = shutil.which("ansible-playbook", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("ansible-playbook is not installed")
    file = tmp_path / "scheduler"
    file.write_text("mq-deadline\n")
    book = tmp_path / "play.yml"
    text = forms.ansible(ALL[:1]).replace("/sys/block/sda/queue/scheduler", str(file))
    book.write_text(text.replace('"become": true', '"become": false'))
    words = [program, "-i", "localhost,", "-c", "local", str(book)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    checked = subprocess.run([*words, "--check"], capture_output=True, text=True, env=environment)
    assert (checked.returncode, file.read_text()) == (0, "mq-deadline\n"), checked.stdout + checked.stderr
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert (done.returncode, file.read_text()) == (0, "none"), done.stdout + done.stderr
